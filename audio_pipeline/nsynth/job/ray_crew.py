"""Workers in a Ray cluster: they share the workspace; Ray starts them again when they die."""

from __future__ import annotations

import importlib.util
import socket
from dataclasses import replace
from pathlib import Path
from typing import Any

from audio_pipeline.errors import RenderError, SettingsError, WorkerError
from audio_pipeline.nsynth.job.job_file import Places
from audio_pipeline.nsynth.job.probe import Probe, ProbeRequest

LOCAL = "local"
MOST_RETRIES = 10  # of one worker: machines come and go


class RayCrew:
    """One worker per graphics card of the cluster, or per processor where there is no card.

    `address` is "local" (a cluster of this machine alone), "auto" or ray://HOST:PORT.
    """

    def __init__(self, workspace: Path, address: str, processes: int) -> None:
        """Connect. Raises SettingsError for an address that is none, WorkerError."""
        if address not in (LOCAL, "auto") and "://" not in address:
            raise SettingsError(f"--cluster {address}: must be local, auto or ray://HOST:PORT")
        if importlib.util.find_spec("ray") is None:
            raise ModuleNotFoundError(name="ray")
        import ray

        self._ray: Any = ray
        self._workspace = workspace.resolve()
        own: dict[str, Any] = {"num_cpus": processes, "include_dashboard": False}
        try:
            ray.init(address, **(own if address == LOCAL else {}), log_to_driver=False)
        except (ConnectionError, RuntimeError, ValueError) as error:
            raise WorkerError(f"--cluster {address}: {error}") from error
        resources = self._ray.cluster_resources()
        self._cards = int(resources.get("GPU", 0))
        self._processors = max(1, int(resources.get("CPU", 1)))
        self._running: dict[Any, None] = {}

    def probe(self, request: ProbeRequest) -> Probe | None:
        """See Crew."""
        device = "cuda" if self._cards else "cpu"
        asked = replace(request, device=device, processes=self._processors)
        found: Probe = self._result(self._remote(_probe).remote(asked))
        return replace(found, workers=self._cards or self._processors)

    def start(self, probe: Probe | None) -> None:
        """See Crew."""
        worker = self._remote(_work)
        for _ in range(self._cards or self._processors):
            self._running[worker.remote(str(self._workspace), self._device)] = None

    def tend(self) -> None:
        """See Crew."""
        ended, _ = self._ray.wait(list(self._running), timeout=0) if self._running else ([], [])
        for reference in ended:
            del self._running[reference]
            self._result(reference)

    def stop(self) -> None:
        """See Crew."""
        self._ray.shutdown()

    @property
    def _device(self) -> str:
        return "cuda" if self._cards else "cpu"

    def _remote(self, function: Any) -> Any:  # noqa: ANN401 - Ray's own types
        return self._ray.remote(function).options(
            num_gpus=1 if self._cards else 0, num_cpus=1, max_retries=MOST_RETRIES
        )

    def _result(self, reference: Any) -> Any:  # noqa: ANN401 - as above
        """What a task gives; its errors as ours."""
        try:
            return self._ray.get(reference)
        except self._ray.exceptions.RayTaskError as error:
            cause = error.cause
            if isinstance(cause, RenderError | ModuleNotFoundError):
                raise cause from error
            raise WorkerError(f"a worker of the cluster failed: {cause}") from error
        except self._ray.exceptions.RayError as error:
            raise WorkerError(
                f"a worker of the cluster died {MOST_RETRIES} times: {error}"
            ) from error


def _work(workspace: str, device: str) -> int:
    """Runs on a machine of the cluster."""
    from audio_pipeline.nsynth.job.working import work

    _require_shared(Places(Path(workspace)).job)
    return work(Path(workspace), device)


def _probe(request: ProbeRequest) -> Probe:
    """As above."""
    from audio_pipeline.nsynth.job import probe

    _require_shared(request.model)
    return probe.probe(request)


def _require_shared(path: Path) -> None:
    if not path.exists():
        raise WorkerError(
            f"{socket.gethostname()} does not see {path}: --workspace must be a folder that all "
            "machines of the cluster share, under one path"
        )
