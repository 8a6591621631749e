"""A hub's settings for this course: what every student's server is started with. docs/hosting.md says where the file goes."""

from pathlib import Path

COURSE = Path(__file__).resolve().parents[2]

c = get_config()  # noqa: F821 - JupyterHub gives it to every file of settings
c.Spawner.environment = {
    "COURSE_HOME": "~/course",  # data, models and progress, in each student's own home
    "COURSE_DATA": str(COURSE / "var" / "data"),  # data sets that the administrator has prepared for everyone
    "JUPYTER_CONFIG_PATH": str(COURSE / "etc" / "jupyter"),  # lessons that are opened again show their widgets
    "MALLOC_ARENA_MAX": "1",  # or a student's kernel needs up to half a gigabyte more: freed memory stays with its thread
    "TF_NUM_INTRAOP_THREADS": "2",  # or TensorFlow takes a thread for every core of the machine
    "TF_NUM_INTEROP_THREADS": "2",
}
# Students of one machine share its network: without this, each of them could listen to what the kernels of the others print.
c.Spawner.args = ["--KernelManager.transport_encryption=auto"]
