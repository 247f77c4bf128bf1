"""The public names of `interplay`, and the modules that define them."""

from interplay.loading import load as load
from interplay.lowrank.shuffle import shuffle_entries as shuffle_entries
from interplay.lowrank.spectrum import eigenvalues as eigenvalues
from interplay.lowrank.spectrum import singular_values as singular_values
from interplay.lowrank.truncation import functional_rank as functional_rank
from interplay.lowrank.truncation import truncations as truncations
from interplay.nonlinear.interactive import measure as measure
from interplay.nonlinear.interactive import train as train
from interplay.storage.errors import InputError as InputError
from interplay.tasks import make_task as make_task
from interplay.tasks.trials import Example as Example
from interplay.tasks.trials import Task as Task
from interplay.tasks.trials import Trials as Trials
from interplay.tasks.trials import samples as samples
from interplay.tasks.trials import within as within
from interplay.version import __version__ as __version__
