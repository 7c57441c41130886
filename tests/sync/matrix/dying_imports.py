"""What the fork server of `dying` loads before it forks."""

import qlue_desk.casework.acting
import qlue_desk.central.serve
import qlue_desk.sync.engine  # noqa: F401
