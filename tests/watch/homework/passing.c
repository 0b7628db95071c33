// The writing end of a pipe and an eventfd go to the child over a socketpair (SCM_RIGHTS).
#define _GNU_SOURCE
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

static void sendfd(int s, int fd) {
    char c = 'x';
    struct iovec v = {&c, 1};
    char b[CMSG_SPACE(4)] = {0};
    struct msghdr m = {.msg_iov = &v, .msg_iovlen = 1, .msg_control = b, .msg_controllen = sizeof b};
    struct cmsghdr *h = CMSG_FIRSTHDR(&m);
    h->cmsg_level = SOL_SOCKET;
    h->cmsg_type = SCM_RIGHTS;
    h->cmsg_len = CMSG_LEN(4);
    memcpy(CMSG_DATA(h), &fd, 4);
    sendmsg(s, &m, 0);
}
static int recvfd(int s) {
    char c;
    struct iovec v = {&c, 1};
    char b[CMSG_SPACE(4)];
    struct msghdr m = {.msg_iov = &v, .msg_iovlen = 1, .msg_control = b, .msg_controllen = sizeof b};
    if (recvmsg(s, &m, 0) <= 0)
        return -1;
    struct cmsghdr *h = CMSG_FIRSTHDR(&m);
    int fd;
    memcpy(&fd, CMSG_DATA(h), 4);
    return fd;
}
int main() {
    int sv[2], p[2];
    socketpair(AF_UNIX, SOCK_STREAM, 0, sv);
    pipe(p);
    int e = eventfd(0, 0);
    if (fork() == 0) {
        close(sv[0]);
        close(p[0]);
        close(p[1]);
        int w = recvfd(sv[1]);
        int ev = recvfd(sv[1]);
        write(w, "through passed fd", 17);
        close(w);
        uint64_t one = 1;
        write(ev, &one, 8);
        _exit(0);
    }
    close(sv[1]);
    sendfd(sv[0], p[1]);
    sendfd(sv[0], e);
    close(p[1]);
    char b[64];
    int n = read(p[0], b, 64);
    printf("%.*s %d\n", n, b, (int)read(p[0], b, 64));
    uint64_t v;
    read(e, &v, 8);
    printf("%d\n", (int)v);
    wait(0);
}
