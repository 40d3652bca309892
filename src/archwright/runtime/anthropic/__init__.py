"""Anthropic's wire: messages, as clients ask for them and as the supplier answers them.

Written from the documentation of the Messages API (platform.claude.com/docs: api/messages, api/errors,
build-with-claude/streaming, build-with-claude/handling-stop-reasons) and the types of the `anthropic` package 2.12.0.
"""
