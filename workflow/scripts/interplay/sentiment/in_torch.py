"""The same LSTM by torch's own layers, on any device; a GPU computes by cuDNN.

Dropout's masks are those of the compiled engine, so losses on both devices can be compared
epoch by epoch.
"""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, cast

import numpy as np
import torch
from torch.nn.functional import binary_cross_entropy_with_logits, linear
from torch.nn.utils.rnn import pack_padded_sequence

from interplay.sentiment.model import LAYERS, PADDING, Batch, Masks, Outcome


class SentimentLSTM(torch.nn.Module):
    """The network as a module of torch's own layers, for analyses beyond this library."""

    def __init__(
        self,
        weights: Mapping[str, np.ndarray],
        dropout: float,
        vectors: np.ndarray | None = None,
    ):
        """Copy the weights, and the word vectors, which are frozen.

        Args:
            weights: as named by `model.initial_weights`.
            dropout: probability of a 0, between the layers and before the readout; only
                in training mode.
            vectors: (word, Nin); None if the inputs will be vectors.
        """
        super().__init__()
        n, n_inputs = (
            weights["layer2.recurrent"].shape[1],
            weights["layer1.input"].shape[1],
        )
        self.embedding: torch.nn.Module = torch.nn.Identity()
        if vectors is not None:
            self.embedding = torch.nn.Embedding.from_pretrained(
                torch.tensor(vectors), padding_idx=PADDING
            )
        self.lstm = torch.nn.LSTM(n_inputs, n, num_layers=len(LAYERS), dropout=dropout)
        self.dropout = torch.nn.Dropout(dropout)
        self.readout = torch.nn.Linear(n, 1)
        names = {
            "weight_ih": "input",
            "weight_hh": "recurrent",
            "bias_ih": "input_bias",
            "bias_hh": "recurrent_bias",
        }
        layers = {
            f"{theirs}_l{layer - 1}": torch.tensor(weights[f"layer{layer}.{ours}"])
            for layer in LAYERS
            for theirs, ours in names.items()
        }
        self.lstm.load_state_dict(layers)
        readout = {name: weights[f"readout.{name}"] for name in ("weight", "bias")}
        self.readout.load_state_dict({k: torch.tensor(v) for k, v in readout.items()})

    def forward(self, sentences: torch.Tensor, lengths: torch.Tensor) -> torch.Tensor:
        """Return the readout of the last hidden state of layer 2.

        Args:
            sentences: int64, (step, sentence), indices of the word vectors; without word
                vectors (step, sentence, Nin), float32. Sentences are padded at their ends.
            lengths: int64, (sentence,), on the CPU.

        Returns:
            (sentence,), the logit; a positive one means "positive".
        """
        inputs = pack_padded_sequence(
            self.embedding(sentences), lengths, enforce_sorted=False
        )
        _, (hidden, _) = self.lstm(inputs)
        return self.readout(self.dropout(hidden[-1]))[:, 0]


class TorchEngine(AbstractContextManager):
    """The computations of `engine.Engine`, by torch; weights and gradients are tensors."""

    def __init__(self, vectors: np.ndarray, device: str):
        """Copy the word vectors to the device.

        Args:
            vectors: (word, Nin); their dtype is that of the computation.
            device: "cpu" or "cuda".
        """
        self._vectors = torch.tensor(vectors, device=device)

    def __exit__(self, *_: object) -> None:
        """Do nothing: there are no threads to end."""

    def loss_and_gradient(
        self,
        weights: Mapping[str, torch.Tensor],
        batch: Batch,
        masks: Masks | None = None,
    ) -> Outcome:
        """Return the cross-entropy of a batch and the gradient of its mean.

        Args:
            weights: as named by `model.initial_weights`, on the device.
            batch: the sentences.
            masks: of dropout; None drops nothing.
        """
        logits = self._logits(weights, batch, masks)
        labels = self._tensor(batch.labels)
        loss = binary_cross_entropy_with_logits(logits, labels, reduction="sum")
        gradients = torch.autograd.grad(loss / len(labels), list(weights.values()))
        correct = ((logits > 0) == (labels > 0)).sum()
        gradient = dict(zip(weights, gradients, strict=True))
        return Outcome(loss.item(), int(correct), cast(Any, gradient))

    @torch.no_grad()
    def logits(
        self, weights: Mapping[str, torch.Tensor], batches: Sequence[Batch]
    ) -> list[np.ndarray]:
        """Return the readout of each sentence, (sentence,) for each batch."""
        return [self._logits(weights, batch, None).cpu().numpy() for batch in batches]

    def _logits(
        self, weights: Mapping[str, torch.Tensor], batch: Batch, masks: Masks | None
    ) -> torch.Tensor:
        words, lengths = torch.from_numpy(batch.words), torch.from_numpy(batch.lengths)
        packed = pack_padded_sequence(words, lengths)
        sizes = packed.batch_sizes
        hidden = self._vectors[packed.data.to(self._vectors.device)]
        n = weights["readout.weight"].shape[1]
        zeros = hidden.new_zeros(1, len(lengths), n)
        for layer in LAYERS:
            if layer > 1 and masks is not None:
                hidden = hidden * self._tensor(masks.between_layers)
            names = ("input", "recurrent", "input_bias", "recurrent_bias")
            arrays = [weights[f"layer{layer}.{name}"] for name in names]
            hidden, _, _ = torch.lstm(
                hidden, sizes, (zeros, zeros), arrays, True, 1, 0.0, True, False
            )
        starts = torch.cumsum(sizes, 0) - sizes
        rows = starts[lengths - 1] + torch.arange(len(lengths))
        last = hidden[rows.to(hidden.device)]
        if masks is not None:
            last = last * self._tensor(masks.before_readout)
        return linear(last, weights["readout.weight"], weights["readout.bias"])[:, 0]

    def _tensor(self, array: np.ndarray) -> torch.Tensor:
        return torch.from_numpy(array).to(self._vectors)
