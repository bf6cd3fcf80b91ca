"""Gates: rules over the files that a pipeline produces, and over what a workspace says, judged before a release."""
