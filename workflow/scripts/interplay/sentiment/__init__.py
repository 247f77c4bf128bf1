"""The LSTM on the Stanford Sentiment Treebank, section 4 of the paper."""
