/* Turns: each task makes its calls when it is its turn, so that every run goes like the one that was seen. A task that is about
 * to fall asleep in a call gives the turn away first; the next one waits until the kernel says that it sleeps. */
enum { ENDED_AFTER_SECONDS = 60, STUCK_AFTER_SECONDS = 10 };

static struct shared {
    _Atomic int clock;          /* whose turn it is: the number of the part that may run */
    _Atomic int failed;         /* something came out otherwise, and it was told */
    _Atomic int told_wrong;     /* somebody is telling it */
    _Atomic int said;           /* lines of the transcript so far */
    _Atomic int asked;          /* 1 and the task whose state is wanted; 0: none, or it is answered */
    _Atomic int answer;         /* its state */
    _Atomic int inside[TASKS];  /* 1: in a call that sleeps; 2: it has returned, and that is not told yet */
    _Atomic int line[TASKS];    /* the last line of this file that was reached */
    _Atomic int pid[TASKS];     /* the process */
    _Atomic int tid[TASKS];     /* the thread: of a process with one thread, its pid */
} *all;

static _Thread_local int me;

/* What the kernel says of a task: R runs, S sleeps, Z is dead, X is not there any more. */
static char look_at(int task)
{
    char path[64], text[512];
    snprintf(path, sizeof path, "/proc/%d/stat", all->tid[task]);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd == -1)
        return 'X';
    ssize_t n = read(fd, text, sizeof text - 1);
    close(fd);
    if (n <= 0)
        return 'X';
    text[n] = 0;
    char *name_end = strrchr(text, ')');
    return name_end ? name_end[2] : 'X';
}

static void rest(void)
{
    for (;;)
        pause();
}

static void wait_while_running(void)
{
    int saved = errno;
    if (all->failed)
        rest();
    sched_yield();
    errno = saved;
}

/* The same for a task that asks. The first process looks, which does nothing else: a file that a task opened for it could have the
 * number that a call of another thread gets. */
static char state_of(int task)
{
    all->asked = task + 1;
    while (all->asked)
        wait_while_running();
    return (char)all->answer;
}

/* All that are inside a call are asleep, or dead: nothing moves. */
static void quiet(void)
{
    for (int task = 0; task < TASKS; task++)
        while (task != me && all->inside[task] == 1 && strchr("RD", state_of(task)))
            wait_while_running();
}

static void turn_at(int number, int line)
{
    all->line[me] = line;
    while (all->clock != number)
        wait_while_running();
    quiet();
}
#define turn(number) turn_at(number, __LINE__)

/* part: wrong */

/* Something came out otherwise: the program is told, and ends. */
static void wrong(int line, const char *what, long got, long want)
{
    if (!atomic_exchange(&all->told_wrong, 1)) {
        dprintf(ERR, "%s:%d: %s: %s: %ld came, %ld was seen (%s)\n", __FILE__, line, names[me], what, got, want,
                got == -1 ? strerror(errno) : "no error");
        all->failed = 1;
    }
    rest();
}
/* part: over */

static void over(void)
{
    all->clock++;
}
/* part: stops */

/* The next call stops this task: others go on meanwhile. */
#define stops() do { all->line[me] = __LINE__; all->inside[me] = 1; over(); } while (0)
/* part: until_stopped */

/* A signal has stopped this task. */
static void until_stopped(int task)
{
    while (!strchr("TtZX", state_of(task)))
        wait_while_running();
}
/* part: back */

/* The call of this task has returned. */
static void back(int task)
{
    while (all->inside[task])
        wait_while_running();
}
/* part: pid_of */

static int pid_of(int task)
{
    return all->pid[task];
}
/* part: tid_of */

static int tid_of(int task)
{
    return all->tid[task];
}
/* part: tell */

/* A line of the transcript, in one piece. */
static void tell(const char *format, va_list values)
{
    char line[1 << 14];
    int length = vsnprintf(line, sizeof line - 1, format, values);
    if (length > (int)sizeof line - 2)
        length = (int)sizeof line - 2;
    line[length] = '\n';
    if (write(OUT, line, (size_t)length + 1) == -1)
        all->failed = 1;
    all->said++;
}
/* part: say */

/* A line of the transcript. */
static void say(const char *format, ...)
{
    va_list values;
    va_start(values, format);
    tell(format, values);
    va_end(values);
}
/* part: sleeps */

/* The next call sleeps: others go on meanwhile. */
#define sleeps(...) do { say(__VA_ARGS__); all->line[me] = __LINE__; all->inside[me] = 1; over(); } while (0)
/* part: returned */

/* The call that slept has returned; what it brought is told after so many lines. */
static void returned(int lines)
{
    int saved = errno;
    all->inside[me] = 2;
    while (all->said < lines)
        wait_while_running();
    errno = saved;
}
/* part: woke */

static void woke(void)
{
    all->inside[me] = 0;
}
/* part: check */

/* What a call returned is what was seen. */
static void check(int line, const char *call, long got, long want, int error, const char *format, ...)
{
    if (got != want || (got == -1 && errno != error))
        wrong(line, call, got == -1 ? -(long)errno : got, want == -1 ? -(long)error : want);
    all->line[me] = line;
    va_list values;
    va_start(values, format);
    tell(format, values);
    va_end(values);
}
/* part: saw */
#define saw(call, want, ...) check(__LINE__, #call, call, want, 0, __VA_ARGS__)
/* part: failed */
#define failed(call, error, ...) check(__LINE__, #call, call, -1, error, __VA_ARGS__)
/* part: never */

/* A call that never returned. */
#define never(call) do { long result = (long)(call); wrong(__LINE__, #call " returned", result, 0); } while (0)
/* part: equal */
#define equal(value, want) do { if ((long)(value) != (long)(want)) wrong(__LINE__, #value, (long)(value), (long)(want)); } while (0)
/* part: same */

/* The bytes are those that were seen. */
#define same(bytes, want, count) do { if (memcmp(bytes, want, count) != 0) wrong(__LINE__, "other bytes than " #want, 1, 0); } while (0)
/* part: sum */

/* FNV-1a: whether so many bytes are those that were seen. */
static unsigned long long sum(const char *bytes, size_t count)
{
    unsigned long long sum = 0xcbf29ce484222325ULL;
    for (size_t at = 0; at < count; at++)
        sum = (sum ^ (unsigned char)bytes[at]) * 0x100000001b3ULL;
    return sum;
}
/* part: many */

/* The same word so often, one after the other. */
static char *many(const char *word, size_t length, size_t times)
{
    char *bytes = malloc(length * times + 1);
    for (size_t at = 0; bytes && at < times; at++)
        memcpy(bytes + at * length, word, length);
    return bytes;
}
/* part: address */

/* The address of a name: a file in this program's folder, or after @ a name in the abstract namespace. */
static union { struct sockaddr_un un; char bytes[512]; } address_room;
static socklen_t address_size;

static struct sockaddr *address(const char *name, size_t length)
{
    memset(&address_room, 0, sizeof address_room);
    address_room.un.sun_family = AF_UNIX;
    char *path = address_room.un.sun_path, own[16] = "";
    size_t size = sizeof address_room.un.sun_path, most = sizeof address_room - 64;
    if (length > most)
        length = most;
    if (name[0] == '@') {
        /* Made unique to this run, where there is room for it. */
        int prefix = snprintf(own, sizeof own, "%d-", all->pid[STAGE]);
        if (length + (size_t)prefix > size)
            prefix = 0;
        memcpy(path + 1, own, (size_t)prefix);
        memcpy(path + 1 + prefix, name + 1, length - 1);
        length += (size_t)prefix;
    } else {
        memcpy(path, name, length);
        if (length < size)
            length++;
    }
    address_size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length);
    return (struct sockaddr *)&address_room;
}
/* part: bind_to */

static int bind_to(int fd, const char *name, size_t name_length)
{
    struct sockaddr *to = address(name, name_length);
    return bind(fd, to, address_size);
}
/* part: connect_to */

static int connect_to(int fd, const char *name, size_t name_length)
{
    struct sockaddr *to = address(name, name_length);
    return connect(fd, to, address_size);
}
/* part: send_to */

static ssize_t send_to(int fd, const char *bytes, size_t length, int flags, const char *name, size_t name_length)
{
    struct sockaddr *to = address(name, name_length);
    return sendto(fd, bytes, length, flags, to, address_size);
}
/* part: is_address */

/* Whether a socket has this name; "" is none. */
static int is_address(const struct sockaddr_un *got, socklen_t size, const char *name, size_t name_length)
{
    if (name_length == 0)
        return size == sizeof got->sun_family;
    address(name, name_length);
    size_t length = address_size - offsetof(struct sockaddr_un, sun_path);
    return memcmp(got->sun_path, address_room.un.sun_path, length) == 0;
}
/* part: set_nonblock */

static int set_nonblock(int fd, int on)
{
    int flags = fcntl(fd, F_GETFL);
    if (flags == -1)
        return -1;
    return fcntl(fd, F_SETFL, on ? flags | O_NONBLOCK : flags & ~O_NONBLOCK);
}
/* part: get_int */

/* An option that is an int; `failure` is what getsockopt returned. */
static int get_int(int fd, int option, int *failure)
{
    int value = 0;
    socklen_t size = sizeof value;
    *failure = getsockopt(fd, SOL_SOCKET, option, &value, &size);
    return value;
}
/* part: set_int */

static int set_int(int fd, int option, int value)
{
    return setsockopt(fd, SOL_SOCKET, option, &value, sizeof value);
}
/* part: set_time */

static int set_time(int fd, int option, long milliseconds)
{
    struct timeval time = { .tv_sec = milliseconds / 1000, .tv_usec = milliseconds % 1000 * 1000 };
    return setsockopt(fd, SOL_SOCKET, option, &time, sizeof time);
}
/* part: limit_descriptors */

static int limit_descriptors(unsigned long count)
{
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = count;
    return setrlimit(RLIMIT_NOFILE, &limit);
}
/* part: own_pages */

/* A copy in pages of its own, which nobody changes: a pipe that got them by vmsplice still shares them. */
static char *own_pages(const char *bytes, size_t length)
{
    char *pages = mmap(NULL, length + 1, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    memcpy(pages, bytes, length);
    return pages;
}
/* part: send_with */

/* sendmsg with descriptors, and the sender's credentials if `creds`. */
static ssize_t send_with(int fd, const char *bytes, size_t length, const int *fds, int count, int creds, const char *to, size_t to_length, int flags)
{
    _Alignas(struct cmsghdr) char control[2048] = { 0 };
    struct iovec part = { .iov_base = (char *)bytes, .iov_len = length };
    struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control };
    struct cmsghdr *next = CMSG_FIRSTHDR(&message);
    size_t used = 0;
    if (count > 0) {
        next->cmsg_level = SOL_SOCKET;
        next->cmsg_type = SCM_RIGHTS;
        next->cmsg_len = CMSG_LEN(sizeof(int) * (size_t)count);
        memcpy(CMSG_DATA(next), fds, sizeof(int) * (size_t)count);
        used += CMSG_SPACE(sizeof(int) * (size_t)count);
        next = CMSG_NXTHDR(&message, next);
    }
    if (creds) {
        struct ucred own = { .pid = getpid(), .uid = getuid(), .gid = getgid() };
        next->cmsg_level = SOL_SOCKET;
        next->cmsg_type = SCM_CREDENTIALS;
        next->cmsg_len = CMSG_LEN(sizeof own);
        memcpy(CMSG_DATA(next), &own, sizeof own);
        used += CMSG_SPACE(sizeof own);
    }
    message.msg_controllen = used;
    if (used == 0)
        message.msg_control = NULL;
    if (to) {
        message.msg_name = address(to, to_length);
        message.msg_namelen = address_size;
    }
    return sendmsg(fd, &message, flags);
}
/* part: message */

/* One of several messages: its bytes, the descriptors that go with it, and what the kernel says of it. */
struct message {
    char *bytes;
    size_t size;
    int *fds, count;
    long length, flags;
};
enum { MOST_MESSAGES = 64 };

static void lay_out(struct message *messages, int count, struct mmsghdr *headers, struct iovec *parts)
{
    memset(headers, 0, sizeof *headers * MOST_MESSAGES);
    for (int at = 0; at < count && at < MOST_MESSAGES; at++) {
        parts[at] = (struct iovec){ .iov_base = messages[at].bytes, .iov_len = messages[at].size };
        headers[at].msg_hdr.msg_iov = &parts[at];
        headers[at].msg_hdr.msg_iovlen = 1;
    }
}

static void note(struct message *messages, int done, const struct mmsghdr *headers)
{
    for (int at = 0; at < done; at++) {
        messages[at].length = headers[at].msg_len;
        messages[at].flags = headers[at].msg_hdr.msg_flags;
    }
}
/* part: send_many */

/* sendmmsg: several messages by one call. */
static int send_many(int fd, struct message *messages, int count, int flags)
{
    struct mmsghdr headers[MOST_MESSAGES];
    struct iovec parts[MOST_MESSAGES];
    static _Alignas(struct cmsghdr) char control[MOST_MESSAGES][2048];
    lay_out(messages, count, headers, parts);
    for (int at = 0; at < count && at < MOST_MESSAGES; at++) {
        size_t size = sizeof(int) * (size_t)messages[at].count;
        struct msghdr *message = &headers[at].msg_hdr;
        if (size == 0)
            continue;
        message->msg_control = control[at];
        message->msg_controllen = CMSG_SPACE(size);
        *CMSG_FIRSTHDR(message) =
            (struct cmsghdr){ .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS, .cmsg_len = CMSG_LEN(size) };
        memcpy(CMSG_DATA(CMSG_FIRSTHDR(message)), messages[at].fds, size);
    }
    int done = sendmmsg(fd, headers, (unsigned)count, flags);
    note(messages, done, headers);
    return done;
}
/* part: receive_many */

/* recvmmsg: several messages by one call, without room for descriptors. */
static int receive_many(int fd, struct message *messages, int count, int flags)
{
    struct mmsghdr headers[MOST_MESSAGES];
    struct iovec parts[MOST_MESSAGES];
    lay_out(messages, count, headers, parts);
    int done = recvmmsg(fd, headers, (unsigned)count, flags, NULL);
    note(messages, done, headers);
    return done;
}
/* part: room_for */

/* A control buffer for so many descriptors; where SO_PASSCRED is on, the sender's credentials come before them. */
static size_t room_for(int fd, int count)
{
    int creds = 0;
    socklen_t size = sizeof creds;
    getsockopt(fd, SOL_SOCKET, SO_PASSCRED, &creds, &size);
    size_t rights = count > 0 ? CMSG_LEN(sizeof(int) * (size_t)count) : 0;
    return rights + (creds ? CMSG_SPACE(sizeof(struct ucred)) : 0);
}
/* part: receive_with */

/* What came with the last message of this task. */
static _Thread_local struct came {
    int flags, count, pid;
    int fds[253];
} came;

/* recvmsg with a control buffer of so many bytes. */
static ssize_t receive_with(int fd, char *bytes, size_t length, size_t room, int flags)
{
    _Alignas(struct cmsghdr) char control[2048] = { 0 };
    struct iovec part = { .iov_base = bytes, .iov_len = length };
    struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1, .msg_controllen = room };
    message.msg_control = room ? control : NULL;
    came = (struct came){ 0 };
    ssize_t got = recvmsg(fd, &message, flags);
    if (got == -1)
        return -1;
    came.flags = message.msg_flags;
    for (struct cmsghdr *next = CMSG_FIRSTHDR(&message); next; next = CMSG_NXTHDR(&message, next)) {
        if (next->cmsg_type == SCM_RIGHTS) {
            came.count = (int)((next->cmsg_len - CMSG_LEN(0)) / sizeof(int));
            memcpy(came.fds, CMSG_DATA(next), sizeof(int) * (size_t)came.count);
        } else if (next->cmsg_type == SCM_CREDENTIALS && next->cmsg_len >= CMSG_LEN(sizeof(struct ucred))) {
            struct ucred sender;
            memcpy(&sender, CMSG_DATA(next), sizeof sender);
            came.pid = sender.pid;
        }
    }
    return got;
}
/* part: set_of */

/* A set of signals: numbers, the last is 0. */
static sigset_t set_of(int signal, va_list more)
{
    sigset_t set;
    sigemptyset(&set);
    for (; signal; signal = va_arg(more, int))
        sigaddset(&set, signal);
    return set;
}
/* part: signal_fd */

static int signal_fd(int flags, int first, ...)
{
    va_list more;
    va_start(more, first);
    sigset_t set = set_of(first, more);
    va_end(more);
    return signalfd(-1, &set, flags);
}
/* part: block_signals */

static int block_signals(int first, ...)
{
    va_list more;
    va_start(more, first);
    sigset_t set = set_of(first, more);
    va_end(more);
    return sigprocmask(SIG_BLOCK, &set, NULL);
}
/* part: signal_at */

/* The number of a signal that a read of a signalfd has brought. */
static int signal_at(const char *bytes, int at)
{
    struct signalfd_siginfo came;
    memcpy(&came, bytes + sizeof came * (size_t)at, sizeof came);
    return (int)came.ssi_signo;
}
/* part: set_timer */

/* Once, after so many milliseconds. */
static int set_timer(int fd, long milliseconds)
{
    struct itimerspec time = { .it_value = { .tv_sec = milliseconds / 1000, .tv_nsec = milliseconds % 1000 * 1000000 } };
    return timerfd_settime(fd, 0, &time, NULL);
}
/* part: handler */

static void handler(int signal)
{
    (void)signal;
}
/* part: catch_without_restart */

static int catch_without_restart(int signal)
{
    struct sigaction action = { .sa_handler = handler };
    return sigaction(signal, &action, NULL);
}
/* part: died */

/* A task is dead; where its parent has not waited for it yet, the kernel says of what. */
static void died(int task, int status, int line, const char *format, ...)
{
    char path[64], text[1024];
    while (!strchr("ZX", state_of(task)))
        wait_while_running();
    snprintf(path, sizeof path, "/proc/%d/stat", all->tid[task]);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd == -1 ? 0 : read(fd, text, sizeof text - 1);
    if (fd != -1)
        close(fd);
    if (n > 0) {
        text[n] = 0;
        char *last = strrchr(text, ' ');
        int came = last ? atoi(last + 1) : status;
        if ((came & ~0x80) != status)
            wrong(line, "the status of a dead task", came, status);
    }
    while (waitpid(-1, NULL, WNOHANG) > 0)          /* orphans */
        ;
    all->inside[task] = 0;
    va_list values;
    va_start(values, format);
    tell(format, values);
    va_end(values);
}
/* part: begin */

/* A new process begins its part. */
static void begin(int task, void (*part)(void))
{
    me = task;
    all->pid[me] = getpid();
    alarm(ENDED_AFTER_SECONDS);
    INTERRUPTS
    all->tid[me] = (int)syscall(SYS_gettid);        /* last: a task that waits for it may send signals then */
    part();
    rest();
}
/* part: fork_task */

static int fork_task(int task, void (*part)(void))
{
    all->tid[task] = 0;
    int pid = fork();
    if (pid == 0)
        begin(task, part);
    while (pid > 0 && !all->tid[task])
        wait_while_running();
    return pid;
}
/* part: start_thread */

static void *run_thread(void *task)
{
    me = (int)(intptr_t)task;
    all->pid[me] = getpid();
    all->tid[me] = (int)syscall(SYS_gettid);
    parts[me]();
    rest();
    return NULL;
}

static int start_thread(int task)
{
    pthread_t thread;
    all->tid[task] = 0;
    int error = pthread_create(&thread, NULL, run_thread, (void *)(intptr_t)task);
    if (error) {
        errno = error;
        return -1;
    }
    while (!all->tid[task])
        wait_while_running();
    return all->tid[task];
}

/* part: flood */

/* Writes so many pieces of so many bytes, until one fails: how many calls that were, and the bytes. */
static long flood(int fd, size_t size, long count, long *written)
{
    char *piece = many("x", 1, size);
    long calls = 0;
    *written = 0;
    while (calls < count) {
        ssize_t n = write(fd, piece, size);
        calls++;
        if (n == -1)
            break;
        *written += n;
    }
    int saved = errno;
    free(piece);
    errno = saved;
    return calls;
}
/* part: echo */

/* Writes back what it reads, until the end: how many calls that were, and the bytes written. */
static long echo(int fd, long *written)
{
    char bytes[65536];
    long calls = 0;
    ssize_t n;
    *written = 0;
    while (calls++, (n = read(fd, bytes, sizeof bytes)) > 0) {
        calls++;
        n = write(fd, bytes, (size_t)n);
        if (n == -1)
            break;
        *written += n;
    }
    return calls;
}
/* part: ping */

/* So many times a write of so many bytes and a read of the answer: how many calls that were, and the bytes written. */
static long ping(int fd, size_t size, long count, long *written)
{
    char *question = many("x", 1, size), *answer = malloc(size + 1);
    long calls = 0;
    *written = 0;
    while (count-- > 0) {
        calls++;
        ssize_t n = write(fd, question, size);
        if (n == -1)
            break;
        *written += n;
        calls++;
        if (read(fd, answer, size ? size : 1) <= 0)
            break;
    }
    int saved = errno;
    free(question);
    free(answer);
    errno = saved;
    return calls;
}
/* part: bits_of */

/* What poll says of one descriptor at once. It looks at no more of them than a process may open. */
static short bits_of(int fd, short events)
{
    struct pollfd polled = { .fd = fd, .events = events };
    struct rlimit limit;
    if (poll(&polled, 1, 0) == -1 && getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit_descriptors(limit.rlim_max);
        poll(&polled, 1, 0);
        limit_descriptors(limit.rlim_cur);
    }
    return polled.revents;
}
/* part: may_come */

/* After a read of 0: an empty message is not the end. */
static int may_come(int fd)
{
    int type = SOCK_STREAM;
    socklen_t size = sizeof type;
    if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) == -1 || type == SOCK_STREAM)
        return 0;
    return !(bits_of(fd, POLLRDHUP) & (POLLHUP | POLLRDHUP));
}
/* part: drain */

/* Reads until nothing comes any more: how many calls that were, and the bytes. */
static long drain(int fd, size_t size, int dont_wait, int is_pipe, long *came)
{
    char *piece = malloc(size + 1);
    long calls = 0;
    ssize_t n;
    *came = 0;
    do {
        if (dont_wait && is_pipe && !bits_of(fd, POLLIN))
            break;
        n = dont_wait && !is_pipe ? recv(fd, piece, size, MSG_DONTWAIT) : read(fd, piece, size);
        calls++;
        *came += n > 0 ? n : 0;
    } while (n > 0 || (n == 0 && (size > 0 || (dont_wait && !is_pipe)) && may_come(fd)));
    int saved = errno;
    free(piece);
    errno = saved;
    return calls;
}
/* part: exec_again */

/* This program anew, in the same process: it goes on with another part. All that it shares stays at a high number. */
enum { SHARED_FD = OWN_FDS };

static void exec_again(int part)
{
    char task[16], number[16], most[24];
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    snprintf(task, sizeof task, "%d", me);
    snprintf(number, sizeof number, "%d", part);
    snprintf(most, sizeof most, "%lu", (unsigned long)limit.rlim_cur);
    limit.rlim_cur = limit.rlim_max;        /* the new program needs descriptors to begin */
    setrlimit(RLIMIT_NOFILE, &limit);
    execl("/proc/self/exe", "run", task, number, most, (char *)NULL);
    wrong(__LINE__, "execve", -1, 0);
}
/* part: end */
