"""The talk "φ⁴ theory as a neural network field theory" measured claim by claim; see jobs/talk.sh."""
