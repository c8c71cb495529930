"""Pictures and pages of nnft files, for jobs/plot.py and for reports."""
