// SO_PASSCRED, and a byte out of band.
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

int main() {
    int s[2];
    socketpair(AF_UNIX, SOCK_STREAM, 0, s);
    int one = 1;
    setsockopt(s[1], SOL_SOCKET, SO_PASSCRED, &one, 4);
    write(s[0], "cred", 4);
    char b[64], c[200];
    struct iovec v = {b, 64};
    struct msghdr m = {.msg_iov = &v, .msg_iovlen = 1, .msg_control = c, .msg_controllen = sizeof c};
    int n = recvmsg(s[1], &m, 0);
    printf("%d %d\n", n, CMSG_FIRSTHDR(&m)->cmsg_type == SCM_CREDENTIALS);
    send(s[0], "ab!", 3, MSG_OOB);
    n = recv(s[1], b, 64, MSG_OOB);
    printf("%d\n", n);
    n = recv(s[1], b, 64, 0);
    printf("%d\n", n);
}
