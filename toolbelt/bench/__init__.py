"""The figures: how fast, how late, how large; goals are ratios or rates of one and the same run."""
