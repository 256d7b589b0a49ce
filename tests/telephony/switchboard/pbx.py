"""A real Asterisk for these tests: starts one in a temporary folder, on free ports of 127.0.0.1, and ends it."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

TREE = Path(sys.prefix) / "share" / "asterisk-tree"
LIB = TREE / "usr" / "lib" / "x86_64-linux-gnu"
DIALPLAN = Path(__file__).parents[3] / "dialplan"
SECRET = "manager-secret"
EVENTS = (
    "UserEvent", "Newstate", "Hangup", "OriginateResponse", "Pickup", "DeviceStateChange",
    "FullyBooted", "Shutdown", "BlindTransfer", "AttendedTransfer", "DialState",
)  # fmt: skip
MODULES = """
app_dial app_directed_pickup app_playback app_playtones app_read app_userevent app_verbose app_exec app_stack app_echo
app_senddtmf bridge_builtin_features bridge_builtin_interval_features bridge_holding bridge_native_rtp bridge_simple
bridge_softmix chan_bridge_media chan_pjsip codec_alaw codec_ulaw codec_gsm codec_resample format_gsm format_pcm
format_wav func_callerid func_channel func_config func_cut func_db func_devstate func_dialplan func_env func_global
func_logic func_math func_rand func_sha1 func_shell func_strings func_timeout func_pjsip_aor func_pjsip_contact
func_pjsip_endpoint func_hangupcause pbx_config res_musiconhold res_pjproject res_pjsip res_pjsip_authenticator_digest
res_pjsip_caller_id res_pjsip_dtmf_info res_pjsip_endpoint_identifier_ip res_pjsip_endpoint_identifier_user
res_pjsip_header_funcs res_pjsip_nat res_pjsip_outbound_authenticator_digest res_pjsip_pubsub res_pjsip_refer
res_pjsip_registrar res_pjsip_rfc3326 res_pjsip_sdp_rtp res_pjsip_session res_rtp_asterisk
res_sorcery_astdb res_sorcery_config res_sorcery_memory res_sorcery_memory_cache res_timing_timerfd res_clioriginate
res_manager_devicestate app_channelredirect func_export
"""


def free_port(kind: int = socket.SOCK_DGRAM) -> int:
    """A port nobody uses at this moment."""
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def endpoint(name: str, *, context: str, secret: str = "", contact: str = "", match: str = "") -> str:
    """An endpoint with its AOR, as private mode writes it."""
    lines = [
        f"[{name}]", "type=endpoint", f"context={context}", "disallow=all", "allow=alaw,ulaw", "direct_media=no",
        "send_connected_line=no" if match else "send_connected_line=yes", "send_pai=no", "allow_transfer=yes",
        "device_state_busy_at=0", f"aors={name}", "dtmf_mode=rfc4733", "language=en",
    ]  # fmt: skip
    if secret:
        lines += [f"auth={name}"]
    lines += ["", f"[{name}]", "type=aor", "max_contacts=1", "remove_existing=yes"]
    if contact:
        lines += [f"contact={contact}"]
    if secret:
        lines += ["", f"[{name}]", "type=auth", "auth_type=userpass", f"username={name}", f"password={secret}"]
    if match:
        lines += ["", f"[{name}-identify]", "type=identify", f"endpoint={name}", f"match={match}"]
    return "\n".join(lines) + "\n\n"


class Pbx:
    """One Asterisk process. `sip` and `ami` are its ports."""

    def __init__(self, folder: Path, endpoints: str) -> None:
        self.folder = folder
        self.sip, self.ami = free_port(), free_port(socket.SOCK_STREAM)
        for part in ("etc", "var", "db", "keys", "agi", "spool", "run", "log"):
            (folder / part).mkdir(parents=True, exist_ok=True)
        for name, text in self._files(endpoints).items():
            (folder / "etc" / name).write_text(text)
        shutil.copy(TREE / "etc" / "asterisk" / "indications.conf", folder / "etc")
        self._process: subprocess.Popen[bytes] | None = None

    def _files(self, endpoints: str) -> Mapping[str, str]:
        f, rtp = self.folder, 30000 + self.sip % 20000
        filters = "\n".join(f"eventfilter(name({name}))=" for name in EVENTS)
        return {
            "asterisk.conf": f"""[directories]
astetcdir => {f}/etc\nastmoddir => {LIB}/asterisk/modules\nastdatadir => {TREE}/usr/share/asterisk
astvarlibdir => {f}/var\nastdbdir => {f}/db\nastkeydir => {f}/keys\nastagidir => {f}/agi\nastspooldir => {f}/spool
astrundir => {f}/run\nastlogdir => {f}/log\nastsbindir => {TREE}/usr/sbin
[options]\nverbose=3\nsystemname=test\n""",
            "modules.conf": "[modules]\nautoload=no\n" + "".join(f"load={name}.so\n" for name in MODULES.split()),
            "logger.conf": "[general]\n[logfiles]\nfull => notice,warning,error,verbose(3)\n",
            "manager.conf": f"""[general]\nenabled=yes\nport={self.ami}\nbindaddr=127.0.0.1\ndisplayconnects=no
[rights](!)\nsecret={SECRET}\nread=call,user,system,reporting\nwrite=call,originate,system,reporting,command
[hotline](rights)\n{filters}\n[unfiltered](rights)\n""",
            "pjsip.conf": f"""[global]\ntype=global\nendpoint_identifier_order=username,ip
[udp]\ntype=transport\nprotocol=udp\nbind=127.0.0.1:{self.sip}\n\n{endpoints}""",
            "extensions.conf": f"""[general]\nstatic=yes\n[globals]
[hotline-phones]\ninclude => hotline-codes\ninclude => hotline-internal
[hotline-internal]\nexten => _XXX,1,Dial(PJSIP/${{EXTEN}},60)\n#include "{DIALPLAN}/hotline.conf"\n""",
            "features.conf": (DIALPLAN / "features.conf").read_text(),
            "rtp.conf": f"[general]\nrtpstart={rtp}\nrtpend={rtp + 999}\nicesupport=no\n",
            "musiconhold.conf": f"[default]\nmode=files\ndirectory={TREE}/usr/share/asterisk/moh\n",
            "pjproject.conf": "", "sorcery.conf": "", "cdr.conf": "[general]\nenable=no\n", "cel.conf": "",
            "stasis.conf": "", "udptl.conf": "", "ccss.conf": "", "acl.conf": "", "dnsmgr.conf": "",
        }  # fmt: skip

    def _command(self, *arguments: str) -> list[str]:
        loader = next(LIB.glob("ld-linux-*"))
        path = f"{LIB}:{LIB}/asterisk"
        return [str(loader), "--library-path", path, str(TREE / "usr/sbin/asterisk"), "-C",
                str(self.folder / "etc/asterisk.conf"), *arguments]  # fmt: skip

    def start(self, within: float = 30.0) -> None:
        """Start it and wait until it is fully booted."""
        with (self.folder / "log" / "console").open("wb") as console:
            self._process = subprocess.Popen(self._command("-f"), stdout=console, stderr=console)
        deadline = time.monotonic() + within
        while "fully booted" not in self.cli("core waitfullybooted"):
            assert self._process.poll() is None, (self.folder / "log" / "console").read_text()
            assert time.monotonic() < deadline, "Asterisk did not start"
            time.sleep(0.1)

    def stop(self) -> None:
        """End it."""
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(10)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait(5)

    def cli(self, command: str) -> str:
        """What the console says to a command."""
        done = subprocess.run(self._command("-rx", command), capture_output=True, check=False, timeout=20)
        return done.stdout.decode("utf-8", "replace")

    def channels(self) -> list[str]:
        """Names of the channels that live."""
        return [line.split("!")[0] for line in self.cli("core show channels concise").splitlines() if "!" in line]

    def log(self) -> str:
        """Its log so far."""
        return (self.folder / "log" / "full").read_text("utf-8", "replace")
