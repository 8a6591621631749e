"""The rehearsal's hub: the course's own settings, and around them one user account, one password and ports on this machine."""

import json
import os
from pathlib import Path

from jupyterhub.spawner import SimpleLocalProcessSpawner

told = json.loads(os.environ["REHEARSAL"])
c = get_config()  # noqa: F821 - JupyterHub gives it
load_subconfig(str(Path(told["course"]) / "etc" / "jupyterhub" / "course.py"))  # noqa: F821 - JupyterHub gives it


class OwnAccount(SimpleLocalProcessSpawner):
    """Processes of the account that runs the rehearsal, or, where it is root, of a user number of each student's own."""

    def make_preexec_fn(self, name):
        start = super().make_preexec_fn(name)

        def own_account():
            if number := told["numbers"].get(self.user.name):
                os.setgroups([])
                os.setgid(number)
                os.setuid(number)
            start()

        return own_account


c.JupyterHub.spawner_class = OwnAccount
c.SimpleLocalProcessSpawner.home_dir_template = f"{told['homes']}/{{username}}"
c.Spawner.environment.update(told["environment"])
c.Spawner.environment["JUPYTER_CONFIG_PATH"] += os.pathsep + told["extensions"]  # nbgitpuller is installed aside
c.Spawner.cmd = [told["python"], "-m", "jupyterhub.singleuser"]
c.Spawner.default_url = "/lab"
c.Spawner.args.append("--allow-root")
c.Spawner.mem_limit = "2.7G"  # what students are told; a hub's spawner sees to it that it holds
c.Spawner.start_timeout = c.Spawner.http_timeout = 300
c.JupyterHub.authenticator_class = "dummy"
c.DummyAuthenticator.password = told["password"]
c.Authenticator.allowed_users = set(told["students"])
c.Authenticator.admin_users = {"teacher"}
c.JupyterHub.bind_url = told["address"]
c.JupyterHub.hub_bind_url = f"http://127.0.0.1:{told['hub_port']}"
c.JupyterHub.db_url = f"sqlite:///{told['folder']}/hub.sqlite"
c.JupyterHub.cookie_secret_file = f"{told['folder']}/cookie_secret"
c.JupyterHub.concurrent_spawn_limit = 0
c.JupyterHub.cleanup_servers = False  # a hub that is started again finds its students' servers
c.JupyterHub.last_activity_interval = 10  # a proxy that is restarted alone learns its way by then; the chart has 60
c.JupyterHub.services = [{"name": "culler", "api_token": told["culler_token"]}]
c.JupyterHub.load_roles = [
    {
        "name": "culler",
        "scopes": ["list:users", "read:users", "read:users:activity", "read:servers", "delete:servers"],
        "services": ["culler"],
    }
]
c.ConfigurableHTTPProxy.should_start = False  # the rehearsal starts it, so that either can be restarted alone
c.ConfigurableHTTPProxy.api_url = told["proxy_api"]
c.ConfigurableHTTPProxy.auth_token = told["proxy_token"]
