"""OpenAI's wire: chat completions, as clients ask for them and as suppliers answer them."""
