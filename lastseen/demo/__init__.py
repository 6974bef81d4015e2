"""An account of made-up people, and the AWS that answers for it inside this process."""
