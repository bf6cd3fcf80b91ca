"""Documents generated from the graph and a workspace: one model, written as Markdown, HTML or Word, and compared."""
