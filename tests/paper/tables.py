"""Tables of comparisons and of the supplement's experiments, small enough to count in."""

import pandas as pd

TRAINING = pd.DataFrame(
    [
        ("flipflop_descent", "gradient descent", 0.0, 1.0, False),
        ("flipflop_descent", "gradient descent", 0.0, 2.0, False),
        ("flipflop_descent", "gradient descent", 0.9, 0.0, True),
        ("mante", "Adam", 0.0, 0.0, True),
    ],
    columns=["experiment", "training", "g", "final_loss", "converged"],
).assign(initial_loss=2.0)
RATE = pd.DataFrame({"seed": [0, 1], "measured": [1.0, 1.2]}).assign(
    experiment="flipflop", role="flipflop", quantity="norm_dW", g=0.9, published=1.0,
    learning_rate=0.02, distance=0.1, standard_error=0.02, identified=True,
)  # fmt: skip
SCALING = pd.DataFrame(
    [(64, 30.0, 2.0), (256, 10.0, 3.0), (256, 20.0, 4.0)],
    columns=["N", "convergence_epoch", "functional_rank"],
)
COSINE = pd.DataFrame({"g": [0.8, 0.0, 0.4], "convergence_epoch": [5.0, None, 3.0]})
DIVERGENCE = pd.DataFrame(
    [(2.0, 0.8, True), (4.0, 0.6, False), (4.0, 0.8, True), (4.0, 0.8, False)],
    columns=["zhat", "g", "diverged"],
)
SUPPLEMENT = {
    "training": TRAINING,
    "scaling": SCALING.assign(role="flipflop", g=0.0),
    "cosine": COSINE.assign(eigenvalue_re=0.9, eigenvalue_im=1.2),
    "divergence": DIVERGENCE,
}
