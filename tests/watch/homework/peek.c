// MSG_PEEK, MSG_TRUNC, MSG_WAITALL, MSG_DONTWAIT, an empty datagram, writev and a cut message.
#define _GNU_SOURCE
#include <stdio.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

int main() {
    int a[2];
    socketpair(AF_UNIX, SOCK_DGRAM, 0, a);
    char b[64];
    send(a[0], "0123456789", 10, 0);
    printf("%d ", (int)recv(a[1], b, 4, MSG_PEEK));
    printf("%d ", (int)recv(a[1], b, 4, MSG_PEEK | MSG_TRUNC));
    printf("%d ", (int)recv(a[1], b, 4, MSG_TRUNC));
    printf("%d\n", (int)recv(a[1], b, 4, MSG_DONTWAIT));
    send(a[0], "", 0, 0);
    printf("%d\n", (int)recv(a[1], b, 9, 0));
    int s[2];
    socketpair(AF_UNIX, SOCK_STREAM, 0, s);
    send(s[0], "abc", 3, 0);
    send(s[0], "def", 3, 0);
    printf("%d ", (int)recv(s[1], b, 64, MSG_PEEK));
    printf("%d ", (int)recv(s[1], b, 6, MSG_WAITALL));
    shutdown(s[0], SHUT_WR);
    printf("%d\n", (int)recv(s[1], b, 64, MSG_WAITALL));
    int q[2];
    socketpair(AF_UNIX, SOCK_SEQPACKET, 0, q);
    struct iovec v[2] = {{"he", 2}, {"llo", 3}};
    writev(q[0], v, 2);
    struct iovec r[2] = {{b, 1}, {b + 1, 2}};
    struct msghdr m = {.msg_iov = r, .msg_iovlen = 2};
    int n = recvmsg(q[1], &m, 0);
    printf("%d %d\n", n, !!(m.msg_flags & MSG_TRUNC));
    close(q[0]);
    printf("%d\n", (int)recv(q[1], b, 9, 0));
}
