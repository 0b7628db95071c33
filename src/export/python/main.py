def watch_over(stage):
    """Looks at tasks for those who ask; ends when every part is done, when something came out otherwise, or when nothing moves."""
    last, since = -1, time.monotonic()
    while not shared[TID] or look_at(STAGE) not in ("Z", "X"):
        if shared[FAILED]:
            return
        if shared[ASKED]:
            shared[ANSWER] = ord(look_at(shared[ASKED] - 1))
            shared[ASKED] = 0
            continue
        time.sleep(0.0001)
        if shared[CLOCK] != last:
            last, since = shared[CLOCK], time.monotonic()
        if time.monotonic() - since > STUCK_AFTER_SECONDS:
            for task, name in enumerate(NAMES):
                os.write(ERR, f"{__file__}:{shared[LINE + task]}: {name} is here, and nothing moves\n".encode())
            shared[FAILED] = 1


def begin_stage():
    """Does what nobody on the bench does: sends the signals that come from outside, tells of deaths."""
    os.setpgid(0, 0)
    signal.alarm(ENDED_AFTER_SECONDS)
    here.task, here.may_end = STAGE, False
    shared[PID] = os.getpid()
    first = os.fork()
    if first == 0:
        begin(PARENT_TASK, parent_part)
    while not shared[TID + PARENT_TASK]:
        wait_while_running()
    do(STAGE, stage_part)
    os._exit(0)


def end_all(stage):
    """Kills the tasks that are left, also in groups of their own: a task is known by its folder."""
    os.killpg(stage, signal.SIGKILL)
    os.waitpid(stage, 0)
    for pid in map(int, shared[PID + 1:PID + len(NAMES)]):
        try:
            if os.readlink(f"/proc/{pid}/cwd") == os.getcwd():
                os.kill(pid, signal.SIGKILL)
        except OSError:
            pass                                        # it has ended


def main():
    os.closerange(3, os.sysconf("SC_OPEN_MAX"))         # so that numbers begin with 3
    STANDARD
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)       # Python ignores it, and has a handler for Ctrl-C
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    folder = tempfile.mkdtemp()                         # for sockets that are files
    os.chdir(folder)
    stage = os.fork()
    if stage == 0:
        begin_stage()
    watch_over(stage)
    has_failed = shared[FAILED]
    shared[FAILED] = 1                                  # a call that returns now does so because others are killed
    end_all(stage)
    os.chdir("/")
    shutil.rmtree(folder)
    return 1 if has_failed else 0


if __name__ == "__main__":
    sys.exit(main())
