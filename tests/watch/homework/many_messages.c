// sendmmsg and recvmmsg, on datagrams and on a stream.
#define _GNU_SOURCE
#include <stdio.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

int main() {
    int a[2];
    socketpair(AF_UNIX, SOCK_DGRAM, 0, a);
    struct iovec v[3] = {{"one", 3}, {"three", 5}, {"", 0}};
    struct mmsghdr m[3] = {0};
    for (int i = 0; i < 3; i++) {
        m[i].msg_hdr.msg_iov = &v[i];
        m[i].msg_hdr.msg_iovlen = 1;
    }
    printf("%d\n", sendmmsg(a[0], m, 3, 0));
    char b[4][64];
    struct iovec w[4];
    struct mmsghdr r[4] = {0};
    for (int i = 0; i < 4; i++) {
        w[i] = (struct iovec){b[i], 64};
        r[i].msg_hdr.msg_iov = &w[i];
        r[i].msg_hdr.msg_iovlen = 1;
    }
    int n = recvmmsg(a[1], r, 4, MSG_DONTWAIT, 0);
    printf("%d:", n);
    for (int i = 0; i < n; i++)
        printf(" %d", r[i].msg_len);
    puts("");
    int s[2];
    socketpair(AF_UNIX, SOCK_STREAM, 0, s);
    printf("%d\n", sendmmsg(s[0], m, 3, 0));
    printf("%d\n", (int)read(s[1], b, 64));
}
