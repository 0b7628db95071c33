/* A write that nobody can read, bytes that are closed unread, a child that is not waited for. */
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

int main(void)
{
    int ends[2], pair[2];
    siginfo_t info;
    signal(SIGPIPE, SIG_IGN);
    pipe(ends);
    close(ends[0]);
    write(ends[1], "x", 1);
    socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
    write(pair[0], "lost", 4);
    close(pair[1]);
    if (fork() == 0)
        _exit(0);
    /* Its end is waited for, and it stays a zombie all the same. */
    waitid(P_ALL, 0, &info, WEXITED | WNOWAIT);
    return 0;
}
