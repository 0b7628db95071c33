/* A child that sends back what it gets. */
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

int main(void)
{
    int sv[2];
    char buf[64];
    ssize_t n;

    if (socketpair(AF_UNIX, SOCK_STREAM, 0, sv) == -1)
        return 1;
    pid_t child = fork();
    if (child == -1)
        return 1;
    if (child == 0) {
        close(sv[0]);
        while ((n = read(sv[1], buf, sizeof buf)) > 0)
            if (write(sv[1], buf, n) != n)
                _exit(1);
        _exit(0);
    }
    close(sv[1]);
    if (write(sv[0], "ping", 4) != 4 || read(sv[0], buf, sizeof buf) != 4)
        return 1;
    close(sv[0]);
    return waitpid(child, NULL, 0) == child ? 0 : 1;
}
