"""The city's own certificate authority, `[sync] ca_file`."""

from __future__ import annotations

import ssl
from pathlib import Path

from qlue_desk.domain.moves import N_
from qlue_desk.domain.system import reason_of
from qlue_desk.sync.errors import BadAuthority


def authority(path: Path) -> ssl.SSLContext:
    """What trusts the certificates that this file vouches for, and no others.

    :raises BadAuthority: when it cannot be read or is no certificate.
    """
    try:
        return ssl.create_default_context(cafile=str(path))
    except ssl.SSLError as error:  # an OSError too, whose reason says nothing
        raise BadAuthority(str(path), N_("bukan sertifikat PEM")) from error
    except OSError as error:
        raise BadAuthority(str(path), reason_of(error)) from error
