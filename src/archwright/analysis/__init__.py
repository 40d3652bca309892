"""Pure questions to a plan or a system. Each is a plain function; none knows another."""
