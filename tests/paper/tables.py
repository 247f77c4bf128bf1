"""Tables of comparisons and of the supplement's experiments, small enough to count in."""

import pandas as pd

TRAINING = pd.DataFrame(
    {
        "experiment": [
            "flipflop_descent",
            "flipflop_descent",
            "flipflop_descent",
            "mante",
        ],
        "training": ["gradient descent"] * 3 + ["Adam"],
        "g": [0.0, 0.0, 0.9, 0.0],
        "initial_loss": 2.0,
        "final_loss": [1.0, 2.0, 0.0, 0.0],
        "converged": [False, False, True, True],
    }
)
RATE = pd.DataFrame(
    {
        "experiment": "flipflop",
        "role": "flipflop",
        "quantity": "norm_dW",
        "g": 0.9,
        "seed": [0, 1],
        "learning_rate": 0.02,
        "measured": [1.0, 1.2],
        "published": 1.0,
        "distance": 0.1,
        "standard_error": 0.02,
        "identified": True,
    }
)
SUPPLEMENT = {
    "training": TRAINING,
    "scaling": pd.DataFrame(
        {
            "role": "flipflop",
            "g": 0.0,
            "N": [64, 256, 256],
            "convergence_epoch": [30.0, 10.0, 20.0],
            "functional_rank": [2.0, 3.0, 4.0],
        }
    ),
    "cosine": pd.DataFrame(
        {
            "g": [0.8, 0.0, 0.4],
            "convergence_epoch": [5.0, None, 3.0],
            "eigenvalue_re": 0.9,
            "eigenvalue_im": 1.2,
        }
    ),
    "divergence": pd.DataFrame(
        {
            "zhat": [2.0, 4.0, 4.0, 4.0],
            "g": [0.8, 0.6, 0.8, 0.8],
            "diverged": [True, False, True, False],
        }
    ),
}
