"""What rules are and how an event is judged by them: values in, values out, no clock and no I/O."""
