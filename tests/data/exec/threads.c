// Threads, futexes and atomics; the end of threads and of the process.
#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "check.h"

static atomic_long counter;
static long guarded;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
static int turn;
static _Thread_local int own = 5;

static void *count(void *argument) {
    own += (int)(long)argument;
    for (int i = 0; i < 20000; i++) {
        atomic_fetch_add(&counter, 1);
        if (i % 16 == 0) {
            pthread_mutex_lock(&mutex);
            guarded++;
            pthread_mutex_unlock(&mutex);
        }
    }
    return (void *)(long)own;
}

static void *ping(void *argument) {
    int me = (int)(long)argument;
    for (int i = 0; i < 500; i++) {
        pthread_mutex_lock(&mutex);
        while (turn != me) pthread_cond_wait(&condition, &mutex);
        turn = !me;
        pthread_cond_broadcast(&condition);
        pthread_mutex_unlock(&mutex);
    }
    return NULL;
}

static pthread_mutex_t robust;

static void *die_holding(void *argument) {
    pthread_mutex_lock(&robust);
    return argument;
}

static void *id(void *argument) {
    *(pid_t *)argument = gettid();
    return NULL;
}

static void *quiet(void *argument) {
    return argument;
}

int main(void) {
    pthread_t threads[8];
    for (long i = 0; i < 8; i++) CHECK(pthread_create(&threads[i], NULL, count, (void *)i) == 0);
    for (long i = 0; i < 8; i++) {
        void *result;
        CHECK(pthread_join(threads[i], &result) == 0 && (long)result == 5 + i);
    }
    CHECK(counter == 160000 && guarded == 10000 && own == 5);

    for (long i = 0; i < 2; i++) CHECK(pthread_create(&threads[i], NULL, ping, (void *)i) == 0);
    for (long i = 0; i < 2; i++) CHECK(pthread_join(threads[i], NULL) == 0);

    pthread_mutexattr_t attributes;
    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
    pthread_mutex_init(&robust, &attributes);
    CHECK(pthread_create(&threads[0], NULL, die_holding, NULL) == 0 && pthread_join(threads[0], NULL) == 0);
    CHECK(pthread_mutex_lock(&robust) == EOWNERDEAD);
    CHECK(pthread_mutex_consistent(&robust) == 0 && pthread_mutex_unlock(&robust) == 0);

    pid_t other = 0;
    CHECK(pthread_create(&threads[0], NULL, id, &other) == 0 && pthread_join(threads[0], NULL) == 0);
    CHECK(other != 0 && other != getpid() && gettid() == getpid());

    // Many, one after the other: nothing may be left of each.
    for (int i = 0; i < 300; i++) {
        if (pthread_create(&threads[0], NULL, quiet, NULL) != 0) {
            CHECK(!"a thread");
            break;
        }
        pthread_join(threads[0], NULL);
    }

    cpu_set_t set;
    CHECK(sched_getaffinity(0, sizeof set, &set) == 0 && CPU_COUNT(&set) >= 1);
    int first = -1;
    for (int i = 0; i < CPU_SETSIZE && first < 0; i++)
        if (CPU_ISSET(i, &set)) first = i;
    CPU_ZERO(&set);
    CPU_SET(first, &set);
    CHECK(sched_setaffinity(0, sizeof set, &set) == 0 && sched_getcpu() == first);

    struct timespec start, end, pause = {0, 3000000};
    clock_gettime(CLOCK_MONOTONIC, &start);
    CHECK(clock_nanosleep(CLOCK_MONOTONIC, 0, &pause, NULL) == 0);
    clock_gettime(CLOCK_MONOTONIC, &end);
    CHECK((end.tv_sec - start.tv_sec) * 1000000000L + end.tv_nsec - start.tv_nsec >= 3000000);
    unsigned long ticks, hertz;
    __asm__ volatile("mrs %0, cntvct_el0\n mrs %1, cntfrq_el0" : "=r"(ticks), "=r"(hertz));
    CHECK(hertz > 0 && ticks > 0);

    // The first thread may end before the others; its code is the process's.
    pid_t child = fork();
    if (child == 0) {
        pthread_create(&threads[0], NULL, count, NULL);
        syscall(SYS_exit, 3);
    }
    int status;
    CHECK(waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 3);
    return verdict();
}
