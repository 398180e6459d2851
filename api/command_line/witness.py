"""`mingzhang witness`: another body watches over somebody's journal, so that nobody can be shown another one.

What must not be broken: key and memory are made together and only once. A witness that has lost its memory would sign
whatever it is shown, so it has to begin again with a new key. Only the base installation is needed.
"""

import argparse
import os
import signal
import sys
from pathlib import Path
from types import FrameType
from typing import Final, NoReturn

from api.command_line.console import program, say, table
from api.command_line.values import journal_name
from api.web.format_words import said
from journal import note
from journal.checkpoint import origin_hash, parse_text
from journal.keys import create_secret, read_secret
from journal.note import COSIGNATURE_V1, ED25519, Ed25519Signer, NoteError, VerifierKey
from journal.trust import Log, Policy, PolicyError
from journal.witness_server import serve_witness
from journal.witness_state import State, StateError, create_state

DESCRIPTION = """
见证人由账本以外的单位运行：外县、上级、纪检、审计、大学。它只做一件事：看过账本的新检查点和“只增不改”的证明，
与自己上次签的比对，相符才签名。账本如果给不同的人看不同的账，或者改了旧账，就拿不到签名。见证人不读记录的内容。
init：生成密钥和记忆（各一份，只能一次）；trust：记下要见证的账本的公钥；serve：提供服务（C2SP tlog-witness）；
show：列出见证过什么，和抓到的两份互相矛盾的检查点。
记忆（witness.db）不能从备份恢复，也不能复制到两处运行：丢了就用新的名称重新 init，并请账本更换信任规则。
服务只讲 HTTP；请在前面放一个做 TLS 和限流的反向代理。
"""
EXAMPLE = """
mingzhang witness init --name jijian.hengfeng.example/witness
mingzhang witness trust log.hengfeng.example/mingzhang+67a4f2b1+AX…
mingzhang witness serve --host 0.0.0.0 --port 8700
"""

ACTIONS: Final = ("init", "trust", "serve", "show")
KEY_FILE: Final = "witness.key"
STATE_FILE: Final = "witness.db"
LOGS_FILE: Final = "logs.policy"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What `witness` takes."""
    parser.add_argument("action", choices=list(ACTIONS), metavar="ACTION", help="、".join(ACTIONS))
    parser.add_argument("log", nargs="?", type=_log_key, metavar="VKEY", help="账本的公钥，名称+编号+base64（trust）")
    parser.add_argument("--name", type=journal_name, help="见证人的名称：不带 https:// 的网址，永久不变（init）")
    parser.add_argument(
        "--folder", type=Path, default=Path("witness"), metavar="DIR", help="密钥和记忆所在的文件夹（默认：./witness）"
    )
    parser.add_argument("--host", default="127.0.0.1", help="监听的地址（默认：127.0.0.1）")
    parser.add_argument("--port", type=_port, default=8700, help="监听的端口（默认：8700）")


def run(arguments: argparse.Namespace) -> int:
    """Do one of the four."""
    folder: Path = arguments.folder
    match arguments.action:
        case "init":
            _init(folder, arguments.name)
        case "trust":
            _trust(folder, arguments.log)
        case "serve":
            _serve(folder, host=arguments.host, port=arguments.port)
        case _:
            return _show(folder)
    return 0


def _init(folder: Path, name: str | None) -> None:
    if not name:
        raise argparse.ArgumentTypeError("init 需要 --name")
    if (folder / KEY_FILE).exists():
        raise StateError(f"{folder} 里已经有一个见证人")
    key = Ed25519Signer.generate(name, algorithm=COSIGNATURE_V1)
    # The memory first: a key whose memory was never made could not be told from one whose memory was lost.
    create_state(folder / STATE_FILE, key=key.verifier_key)
    create_secret(folder / KEY_FILE, key.private_text().encode() + b"\n")
    say(f"见证人的公钥：{key.verifier_key}")
    say("请把它和服务的网址交给账本的管理员，由他写进信任规则：")
    say(f"  witness {name.rpartition('/')[2]} {key.verifier_key} https://你的网址")
    say(f"下一步：{program()} witness trust 账本的公钥")


def _trust(folder: Path, log: VerifierKey | None) -> None:
    if log is None:
        raise argparse.ArgumentTypeError("trust 需要账本的公钥")
    key, policy = _key(folder), _logs(folder)
    if log in [known.key for known in policy.logs]:
        say(f"已经在见证 {log.name} 的这把密钥，没有变化。")
        return
    try:
        content = bytes(Policy((*policy.logs, Log(log)), quorum="none"))
    except PolicyError as error:
        raise argparse.ArgumentTypeError(f"不能见证这把密钥：{said(error)}") from error
    making = folder / f"{LOGS_FILE}.new"
    making.write_bytes(content)
    os.replace(making, folder / LOGS_FILE)  # noqa: PTH105 - read by nobody in part
    say(f"{key.verifier_key.name} 将见证 {log.name}。服务正在运行的话，请重新启动它。")


def _serve(folder: Path, *, host: str, port: int) -> None:
    key, policy = _key(folder), _logs(folder)
    if not policy.logs:
        raise argparse.ArgumentTypeError("还没有要见证的账本：请先用 trust 记下公钥")

    def ready(port: int) -> None:
        say(f"见证人 {key.verifier_key.name} 已启动：http://{host}:{port}/")
        for log in policy.logs:
            say(f"  {log.key.name}　最近的检查点 /{origin_hash(log.key.name)}/checkpoint")
        say("按 Ctrl-C 停止。")
        sys.stdout.flush()  # whoever started it through a pipe learns now that it is ready

    before = signal.signal(signal.SIGTERM, _interrupt)
    try:
        serve_witness(
            key=key,
            logs=[log.key for log in policy.logs],
            state=folder / STATE_FILE,
            host=host,
            port=port,
            ready=ready,
        )
    except KeyboardInterrupt:
        say("见证人已停止。")
    finally:
        signal.signal(signal.SIGTERM, before)


def _show(folder: Path) -> int:
    """What was cosigned last of every log; 1 if one of them was caught lying."""
    key, policy = _key(folder), _logs(folder)
    state = State(folder / STATE_FILE, key=key.verifier_key)
    try:
        names = list(dict.fromkeys(log.key.name for log in policy.logs))
        latest = {name: state.latest(origin_hash(name)) for name in names}
        forks = state.forks()
    finally:
        state.close()
    say(f"见证人的公钥：{key.verifier_key}")
    rows = [(name, one.head.size if one else "还没有", one.time_s if one else "") for name, one in latest.items()]
    say(table(("账本", "见证的条数", "时间（POSIX 秒）"), rows))
    for fork in forks:
        head = parse_text(note.parse(fork.refused).text)
        say(f"警告：{head.origin} 对同样的 {head.size} 条记录签过两个不同的根。两份检查点如下，请交给审计：")
        say(fork.cosigned.decode())
        say(fork.refused.decode())
    return 1 if forks else 0


def _key(folder: Path) -> Ed25519Signer:
    if not (folder / KEY_FILE).exists() and not (folder / STATE_FILE).exists():
        made = f"{program()} witness init --name 名称"
        raise argparse.ArgumentTypeError(f"{folder} 里还没有见证人。请先运行 {made}，或用 --folder 指出它的文件夹")
    try:
        return Ed25519Signer.parse(read_secret(folder / KEY_FILE).decode().strip())
    except ValueError as error:
        raise StateError(f"{folder / KEY_FILE} 不是见证人的密钥：{said(error)}") from error


def _logs(folder: Path) -> Policy:
    path = folder / LOGS_FILE
    try:
        return Policy.parse(path.read_bytes()) if path.exists() else Policy()
    except PolicyError as error:
        raise StateError(f"{path} 读不懂：{said(error)}") from error


def _log_key(text: str) -> VerifierKey:
    try:
        key = VerifierKey.parse(text)
    except NoteError as error:
        raise argparse.ArgumentTypeError(f"不是公钥：{said(error)}") from error
    if key.algorithm != ED25519:
        raise argparse.ArgumentTypeError("这是见证人的公钥，不是账本的")
    return key


def _port(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) > 65535:
        raise argparse.ArgumentTypeError("端口是 0 到 65535 的整数")
    return int(text)


def _interrupt(_number: int, _frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt
