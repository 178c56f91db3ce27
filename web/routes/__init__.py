"""What answers at each address: parse, call, render. Meaning lives in the views, queries and the gate."""
