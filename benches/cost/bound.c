/* The least that `channel` can cost, in plain C: what must be made for a child that takes orders and records its calls, step by
 * step. Prints for each step the microseconds of one channel, of a tenth and of half of the runs no longer.
 *
 *   cc -O2 -o bound benches/cost/bound.c && ./bound 1000
 *
 * pair   the yardstick's: socketpair, fork, the parent's close
 * both   until the child's close has returned, too
 * told   the parent does so when a third process tells it over a socket, and another message says when to close
 * made   that process also makes the child's socket and ring and sends them; the child maps the ring, ties its life to that
 *        process by a pipe that it opens anew, and closes when it is told over its own socket */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define RING 66560

static struct shared {
    _Atomic long long parent_ns, child_ns;
    _Atomic int child;
} *shared;
static int lifeline[2];

static long long now_ns(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000000000LL + time.tv_nsec;
}

static void must(int holds)
{
    if (!holds)
        _exit(2);
}

static void send_both(int to, int one, int other)
{
    int fds[2] = { one, other };
    char control[CMSG_SPACE(sizeof fds)] = { 0 }, byte = '!';
    struct iovec data = { &byte, 1 };
    struct msghdr message = { .msg_iov = &data, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control };
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof fds);
    memcpy(CMSG_DATA(header), fds, sizeof fds);
    must(sendmsg(to, &message, 0) == 1);
}

static void receive_both(int from, int fds[2])
{
    char control[CMSG_SPACE(2 * sizeof(int))], byte;
    struct iovec data = { &byte, 1 };
    struct msghdr message = { .msg_iov = &data, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control };
    must(recvmsg(from, &message, 0) == 1);
    memcpy(fds, CMSG_DATA(CMSG_FIRSTHDR(&message)), 2 * sizeof(int));
}

static void child(int sv[2], const int made[2])
{
    char order;
    if (made) {
        char path[40];
        snprintf(path, sizeof path, "/proc/self/fd/%d", lifeline[0]);
        int own = open(path, O_RDONLY);
        must(own >= 0 && fcntl(own, F_SETOWN, getpid()) == 0 && fcntl(own, F_SETSIG, SIGKILL) == 0);
        must(fcntl(own, F_SETFL, O_ASYNC) == 0);
        must(mmap(NULL, RING, PROT_READ | PROT_WRITE, MAP_SHARED, made[1], 0) != MAP_FAILED);
        must(recv(made[0], &order, 1, 0) == 1);
    }
    close(sv[0]);
    shared->child_ns = now_ns();
    for (;;)
        pause();
}

static void one_channel(int sv[2], int orders, int is_made)
{
    int made[2];
    char order;
    if (is_made)
        receive_both(orders, made);
    must(socketpair(AF_UNIX, SOCK_STREAM, 0, sv) == 0);
    pid_t pid = fork();
    must(pid >= 0);
    if (pid == 0)
        child(sv, is_made ? made : NULL);
    shared->child = pid;
    if (is_made) {
        close(made[0]);
        close(made[1]);
    }
    if (orders >= 0)
        must(recv(orders, &order, 1, 0) == 1);
    close(sv[1]);
    shared->parent_ns = now_ns();
}

static void end_channel(int sv[2])
{
    kill(shared->child, SIGKILL);
    waitpid(shared->child, NULL, 0);
    close(sv[0]);
}

/* The parent that is told; it answers when all is cleared away. */
static void serve(int orders, int is_made)
{
    char order;
    int sv[2];
    while (recv(orders, &order, 1, 0) == 1) {
        one_channel(sv, orders, is_made);
        must(recv(orders, &order, 1, 0) == 1);
        end_channel(sv);
        must(send(orders, "d", 1, 0) == 1);
    }
    _exit(0);
}

static void wait_for(_Atomic long long *what)
{
    while (!*what)
        sched_yield();
}

static int by_size(const void *one, const void *other)
{
    long long difference = *(const long long *)one - *(const long long *)other;
    return (difference > 0) - (difference < 0);
}

static void tell(const char *step, long long *times, int count)
{
    qsort(times, (size_t)count, sizeof *times, by_size);
    printf("%-5s %7.1f %7.1f\n", step, times[count / 10] / 1e3, times[count / 2] / 1e3);
}

static void alone(int count, int waits_for_child)
{
    long long times[count];
    for (int i = 0; i < count; i++) {
        int sv[2];
        shared->child_ns = shared->parent_ns = 0;
        long long start = now_ns();
        one_channel(sv, -1, 0);
        if (waits_for_child)
            wait_for(&shared->child_ns);
        long long child = waits_for_child ? shared->child_ns : 0, parent = shared->parent_ns;
        times[i] = (child > parent ? child : parent) - start;
        end_channel(sv);
    }
    tell(waits_for_child ? "both" : "pair", times, count);
}

static void told(int count, int is_made)
{
    long long times[count];
    int orders[2], status;
    must(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, orders) == 0);
    pid_t parent = fork();
    if (parent == 0) {
        close(orders[0]);
        serve(orders[1], is_made);
    }
    close(orders[1]);
    for (int i = 0; i < count; i++) {
        char done;
        int control[2] = { -1, -1 }, ring = -1;
        void *mapped = NULL;
        shared->child = 0;
        shared->child_ns = shared->parent_ns = 0;
        long long start = now_ns();
        must(send(orders[0], "c", 1, 0) == 1);
        if (is_made) {
            must(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, control) == 0);
            ring = memfd_create("ring", 0);
            must(ring >= 0 && ftruncate(ring, RING) == 0);
            mapped = mmap(NULL, RING, PROT_READ | PROT_WRITE, MAP_SHARED, ring, 0);
            must(mapped != MAP_FAILED && send(control[0], "c", 1, 0) == 1);
            send_both(orders[0], control[1], ring);
            close(control[1]);
            close(ring);
        }
        must(send(orders[0], "c", 1, 0) == 1);
        wait_for(&shared->parent_ns);
        wait_for(&shared->child_ns);
        long long child = shared->child_ns, end = shared->parent_ns;
        times[i] = (child > end ? child : end) - start;
        must(send(orders[0], "e", 1, 0) == 1 && recv(orders[0], &done, 1, 0) == 1);
        if (is_made) {
            close(control[0]);
            munmap(mapped, RING);
        }
    }
    close(orders[0]);
    waitpid(parent, &status, 0);
    tell(is_made ? "made" : "told", times, count);
}

int main(int argc, char **argv)
{
    int count = argc > 1 ? atoi(argv[1]) : 1000;
    must(count > 0 && count <= 100000 && pipe(lifeline) == 0);
    shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    must(shared != MAP_FAILED);
    printf("step   a tenth    half, microseconds\n");
    alone(count, 0);
    alone(count, 1);
    told(count, 0);
    told(count, 1);
    return 0;
}
