# Turns: each task makes its calls when it is its turn, so that every run goes like the one that was seen. A task that is about
# to fall asleep in a call gives the turn away first; the next one waits until the kernel says that it sleeps.
ENDED_AFTER_SECONDS = 60
STUCK_AFTER_SECONDS = 10

# Memory that all processes share, as whole numbers. clock: whose turn it is; failed: something came out otherwise, and it was
# told; said: lines of the transcript so far; asked: 1 and the task whose state is wanted; answer: its state. Then for each task: inside (1: in a call that sleeps; 2: it has returned, and that
# is not told yet), line (the last line of this file that was reached), pid (its process), tid (its thread).
CLOCK, FAILED, SAID, ASKED, ANSWER = FIELDS = range(5)
INSIDE, LINE, PID, TID = range(len(FIELDS), len(FIELDS) + 4 * len(NAMES), len(NAMES))
shared = memoryview(mmap.mmap(-1, 4 * (len(FIELDS) + 4 * len(NAMES)))).cast("i")

here = threading.local()            # here.task: who this is; here.may_end: a signal may end its call


class Otherwise(Exception):
    """Something came that was not seen then."""


def look_at(task):
    """What the kernel says of a task: R runs, S sleeps, Z is dead, X is not there any more."""
    try:
        with open(f"/proc/{shared[TID + task]}/stat", "rb") as stat:
            return stat.read().rpartition(b")")[2][1:2].decode()
    except OSError:
        return "X"


def rest():
    while True:
        signal.pause()


def state_of(task):
    """The same for a task that asks. The first process looks, which does nothing else: a file that a task opened for it could have
    the number that a call of another thread gets."""
    shared[ASKED] = task + 1
    while shared[ASKED]:
        wait_while_running()
    return chr(shared[ANSWER])


def wait_while_running():
    if shared[FAILED]:
        rest()
    time.sleep(0.0001)              # it looks again soon; the kernel says what is so, not the time


def quiet():
    """All that are inside a call are asleep, or dead: nothing moves."""
    for task in range(len(NAMES)):
        while task != here.task and shared[INSIDE + task] == 1 and state_of(task) in ("R", "D"):
            wait_while_running()


def turn(number):
    shared[LINE + here.task] = sys._getframe(1).f_lineno
    while shared[CLOCK] != number:
        wait_while_running()
    quiet()


def over():
    shared[CLOCK] += 1


def say(text):
    """A line of the transcript."""
    shared[LINE + here.task] = sys._getframe(1).f_lineno
    os.write(OUT, text.encode() + b"\n")
    shared[SAID] += 1
# part: until_stopped


def until_stopped(task):
    """A signal has stopped this task."""
    while state_of(task) not in ("T", "t", "Z", "X"):
        wait_while_running()
# part: back


def back(task):
    """The call of this task has returned."""
    while shared[INSIDE + task]:
        wait_while_running()
# part: pid_of


def pid_of(task):
    return shared[PID + task]
# part: tid_of


def tid_of(task):
    return shared[TID + task]
# part: sleeps


def sleeps(text):
    """The next call sleeps: others go on meanwhile."""
    say(text)
    shared[LINE + here.task] = sys._getframe(1).f_lineno
    shared[INSIDE + here.task] = 1
    over()
# part: stops


def stops():
    """The next call stops this task: others go on meanwhile."""
    shared[LINE + here.task] = sys._getframe(1).f_lineno
    shared[INSIDE + here.task] = 1
    over()
# part: returned


def returned(lines):
    """The call that slept has returned; what it brought is told after so many lines."""
    shared[INSIDE + here.task] = 2
    while shared[SAID] < lines:
        wait_while_running()
# part: woke


def woke():
    shared[INSIDE + here.task] = 0
# part: fails


class fails:
    """The call inside of it fails, with this error. Where that is EINTR a signal may end it; Python goes on with all others."""

    def __init__(self, code):
        self.code = code

    def __enter__(self):
        here.may_end = self.code == errno.EINTR

    def __exit__(self, kind, error, trace):
        here.may_end = False
        if isinstance(error, OSError) and error.errno == self.code:
            return True
        if error is None:
            raise Otherwise(f"no error came, {errno.errorcode[self.code]} was seen")
        return False
# part: equal


def equal(came, seen):
    """What came is what was seen."""
    if came != seen:
        raise Otherwise(f"{came!r} came, {seen!r} was seen")
# part: never


def never(came):
    """A call that never returned."""
    raise Otherwise(f"it returned: {came!r}")
# part: hash_of


def hash_of(data):
    """How many bytes, and their FNV-1a: whether so many bytes are those that were seen."""
    total = 0xcbf29ce484222325
    for byte in data:
        total = (total ^ byte) * 0x100000001b3 & 0xffffffffffffffff
    return len(data), hex(total)
# part: sock


class Sock(socket.socket):
    """Python closes a socket when its object goes. Here only close(2) does."""

    def __del__(self):
        self.detach()


def sock(fd):
    """The socket of a descriptor."""
    return Sock(fileno=fd)
# part: pair


def pair(family, kind, protocol):
    """socketpair(2)."""
    return [end.detach() for end in socket.socketpair(family, kind, protocol)]
# part: address


def address(name):
    """The address of a name: a file in this program's folder, or after @ a name in the abstract namespace."""
    if not name.startswith(b"@"):
        return os.fsdecode(name)
    own = b"%d-" % shared[PID]      # made unique to this run, where there is room for it
    return b"\0" + (own if len(own + name) <= 108 else b"") + name[1:]
# part: set_nonblock


def set_nonblock(fd, on):
    flags = fcntl.fcntl(fd, fcntl.F_GETFL)
    fcntl.fcntl(fd, fcntl.F_SETFL, flags | os.O_NONBLOCK if on else flags & ~os.O_NONBLOCK)
# part: at_mark


def at_mark(fd):
    """ioctl(2) with SIOCATMARK, which has no name in Python."""
    return struct.unpack("i", fcntl.ioctl(fd, 0x8905, bytes(4)))[0]
# part: milliseconds


def milliseconds(fd, option):
    seconds, micros = struct.unpack("ll", sock(fd).getsockopt(socket.SOL_SOCKET, option, 16))
    return seconds * 1000 + micros // 1000
# part: linger


def linger(fd):
    is_on, seconds = struct.unpack("ii", sock(fd).getsockopt(socket.SOL_SOCKET, socket.SO_LINGER, 8))
    return seconds if is_on else -1
# part: peer_of


def peer_of(fd):
    """The process that made the other end, by SO_PEERCRED."""
    return struct.unpack("3i", sock(fd).getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))[0]
# part: limit_descriptors


def limit_descriptors(count):
    resource.setrlimit(resource.RLIMIT_NOFILE, (count, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
# part: poll


def poll(asked, timeout):
    """poll(2): what it answers for each, in order."""
    polled = select.poll()
    for fd, events in asked:
        polled.register(fd, events)
    answers = dict(polled.poll(timeout))
    return [answers.get(fd, 0) for fd, _ in asked]
# part: descriptors


def descriptors(*numbers):
    """What is passed with sendmsg(2): copies of these descriptors."""
    return socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", numbers)
# part: credentials


def credentials():
    """What is passed with sendmsg(2): who the sender is."""
    return socket.SOL_SOCKET, socket.SCM_CREDENTIALS, struct.pack("3i", os.getpid(), os.getuid(), os.getgid())
# part: room_for


def room_for(fd, count):
    """A control buffer for so many descriptors; where SO_PASSCRED is on, the sender's credentials come before them."""
    has_creds = sock(fd).getsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED)
    return (socket.CMSG_LEN(4 * count) if count else 0) + (socket.CMSG_SPACE(12) if has_creds else 0)
# part: rights


def rights(came):
    """The descriptors that came with a message."""
    numbers = array.array("i")
    for level, kind, data in came:
        if (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS):
            numbers.frombytes(data[:len(data) // 4 * 4])
    return list(numbers)
# part: sender


def sender(came):
    """The process that sent a message."""
    creds = [data for level, kind, data in came if (level, kind) == (socket.SOL_SOCKET, socket.SCM_CREDENTIALS)]
    return struct.unpack("3i", creds[0])[0] if creds else 0
# part: waited


def waited(pid, options):
    """waitpid(2): who, and the status; whether there is a core file depends on the machine."""
    pid, status = os.waitpid(pid, options)
    return pid, status & ~0x80
# part: flood


def flood(fd, size, count):
    """Writes so many pieces of so many bytes, until one fails: how many calls that were, the bytes, the error."""
    calls = written = 0
    while calls < count:
        calls += 1
        try:
            written += os.write(fd, b"x" * size)
        except OSError as error:
            return calls, written, error.errno
    return calls, written, 0
# part: echo


def echo(fd):
    """Writes back what it reads, until the end: how many calls that were, the bytes written, the error."""
    calls = written = 0
    while True:
        try:
            calls += 1
            data = os.read(fd, 65536)
            if not data:
                return calls, written, 0
            calls += 1
            written += os.write(fd, data)
        except OSError as error:
            return calls, written, error.errno
# part: ping


def ping(fd, size, count):
    """So many times a write and a read of the answer: how many calls that were, the bytes written, the error."""
    calls = written = 0
    for _ in range(count):
        try:
            calls += 1
            written += os.write(fd, b"x" * size)
            calls += 1
            if not os.read(fd, max(size, 1)):
                break
        except OSError as error:
            return calls, written, error.errno
    return calls, written, 0
# part: until_signal


def until_signal(loop):
    """A loop that a signal ends; Python goes on with all others."""
    here.may_end = True
    try:
        return loop()
    finally:
        here.may_end = False
# part: bits_of


def bits_of(fd, events):
    """What poll(2) says of one descriptor at once. It looks at no more of them than a process may open."""
    polled = select.poll()
    polled.register(fd, events)
    try:
        answers = polled.poll(0)
    except OSError:
        count, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        limit_descriptors(most)
        answers = polled.poll(0)
        limit_descriptors(count)
    return answers[0][1] if answers else 0
# part: may_come


def may_come(fd):
    """After a read of 0: an empty message is not the end."""
    try:
        if sock(fd).getsockopt(socket.SOL_SOCKET, socket.SO_TYPE) == socket.SOCK_STREAM:
            return False
    except OSError:
        return False
    return not bits_of(fd, select.POLLRDHUP) & (select.POLLHUP | select.POLLRDHUP)
# part: drain


def drain(fd, size, dont_wait, is_pipe):
    """Reads until nothing comes any more: how many calls that were, the bytes, the error."""
    calls = came = 0
    while True:
        if is_pipe and not bits_of(fd, select.POLLIN):
            return calls, came, 0
        calls += 1
        try:
            data = sock(fd).recv(size, socket.MSG_DONTWAIT) if dont_wait and not is_pipe else os.read(fd, size)
        except OSError as error:
            return calls, came, error.errno
        came += len(data)
        if not data and not ((size or (dont_wait and not is_pipe)) and may_come(fd)):
            return calls, came, 0
# part: handler


def handler(number, frame):
    """Python goes on with a call that a signal has interrupted, unless its handler raises an exception."""
    if here.may_end:
        raise InterruptedError(errno.EINTR, os.strerror(errno.EINTR))
# part: died


def died(task, status, text):
    """A task is dead; where its parent has not waited for it yet, the kernel says of what."""
    while state_of(task) not in ("Z", "X"):
        wait_while_running()
    try:
        fd = os.open(f"/proc/{shared[TID + task]}/stat", os.O_RDONLY)
        came = int(os.read(fd, 1024).split()[-1])
        os.close(fd)
        equal(came & ~0x80, status)
    except OSError:
        pass                        # it was waited for
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:            # orphans
            pass
    except ChildProcessError:
        pass
    shared[INSIDE + task] = 0
    say(text)
    shared[LINE + here.task] = sys._getframe(1).f_lineno
# part: begin


def wrong(part, error):
    """Something came out otherwise: the program is told, and ends."""
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.name == part.__name__]
    what = error if isinstance(error, Otherwise) else f"{type(error).__name__}: {error}"
    if not shared[FAILED]:
        os.write(ERR, f"{__file__}:{(lines or [0])[-1]}: {NAMES[here.task]}: {what}\n".encode())
        shared[FAILED] = 1                              # only now: a task that sees it kills all


def do(task, part):
    """A process or thread does its part."""
    here.task, here.may_end = task, False
    shared[PID + task] = os.getpid()
    shared[TID + task] = threading.get_native_id()
    try:
        part()
    except BaseException as error:
        wrong(part, error)


def begin(task, part):
    """A new process begins its part."""
    signal.alarm(ENDED_AFTER_SECONDS)
    INTERRUPTS
    do(task, part)
    rest()
# part: fork_task


def fork_task(task, part):
    shared[TID + task] = 0
    pid = os.fork()
    if pid == 0:
        begin(task, part)
    while not shared[TID + task]:
        wait_while_running()
# part: start_thread


def start_thread(task, part):
    # One thread of Python runs at a time. No one is made to stop between its last word and its call: so who sleeps sleeps in it.
    sys.setswitchinterval(1000)
    shared[TID + task] = 0
    threading.Thread(target=do, args=(task, part), daemon=True).start()
    while not shared[TID + task]:
        wait_while_running()
