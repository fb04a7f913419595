/* The wall clock of a process, a year behind from the time on that it is asked for the JUMP-th time. Loaded before libc. */
#define _GNU_SOURCE
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

int clock_gettime(clockid_t id, struct timespec *now) {
    static long asked;
    int failed = (int)syscall(SYS_clock_gettime, id, now);
    const char *jump = getenv("JUMP");
    if (!failed && id == CLOCK_REALTIME && jump && __atomic_add_fetch(&asked, 1, __ATOMIC_SEQ_CST) >= atol(jump))
        now->tv_sec -= 366L * 24 * 3600;
    return failed;
}
