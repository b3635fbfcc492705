// The only program of a Linux guest: says what Linux found, exercises what user space needs of a machine, and powers off.
// Built with a static C library for arm64; prints one line a check.
#define _GNU_SOURCE
#include <fcntl.h>
#include <math.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int failures;

static void check(const char *what, int holds) {
  printf("%s %s\n", holds ? "ok  " : "FAIL", what);
  failures += !holds;
}

static volatile sig_atomic_t faults;
static volatile char *volatile page;

static void on_fault(int signal, siginfo_t *info, void *context) {
  (void)signal, (void)context;
  if ((char *)info->si_addr == (char *)page)
    faults++;
  mprotect((void *)page, 4096, PROT_READ | PROT_WRITE);
}

static atomic_long shared;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static long guarded;

static void *worker(void *number) {
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET((long)number % sysconf(_SC_NPROCESSORS_ONLN), &one);
  sched_setaffinity(0, sizeof one, &one);
  for (int i = 0; i < 20000; i++) {
    atomic_fetch_add(&shared, 1);
    if (i % 100 == 0) {
      pthread_mutex_lock(&mutex);
      guarded++;
      pthread_mutex_unlock(&mutex);
    }
  }
  return 0;
}

static void threads(void) {
  pthread_t all[4];
  for (long i = 0; i < 4; i++)
    pthread_create(&all[i], 0, worker, (void *)i);
  for (int i = 0; i < 4; i++)
    pthread_join(all[i], 0);
  check("threads on every CPU", shared == 80000 && guarded == 800);
}

static void processes(void) {
  int pipes[2], status = 0, sum = 0;
  if (pipe(pipes))
    return check("pipe", 0);
  for (int i = 1; i <= 8; i++)
    if (fork() == 0) {
      _exit(write(pipes[1], &i, sizeof i) == sizeof i ? i : 99);
    }
  for (int i = 0, value; i < 8; i++) {
    if (read(pipes[0], &value, sizeof value) == sizeof value)
      sum += value;
    wait(&status);
  }
  check("processes and a pipe", sum == 36);
}

static void memory(void) {
  struct sigaction action = {.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO};
  sigaction(SIGSEGV, &action, 0);
  page = mmap(0, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  *page = 42;
  check("a write fault, handled", faults == 1 && *page == 42);
  size_t size = 16 << 20;
  char *large = malloc(size);
  for (size_t i = 0; i < size; i += 4096)
    large[i] = (char)(i >> 12);
  int same = 1;
  for (size_t i = 0; i < size; i += 4096)
    same &= large[i] == (char)(i >> 12);
  check("16 MiB, page by page", same);
}

static void clocks(void) {
  struct timespec before, after, pause = {0, 20 * 1000 * 1000};
  clock_gettime(CLOCK_MONOTONIC, &before);
  nanosleep(&pause, 0);
  clock_gettime(CLOCK_MONOTONIC, &after);
  long passed = (after.tv_sec - before.tv_sec) * 1000000000L + after.tv_nsec - before.tv_nsec;
  check("nanosleep by the timer", passed >= 20 * 1000 * 1000);
}

static void numbers(void) {
  volatile double two = 2;
  double sum = 0;
  for (int i = 1; i < 1000; i++)
    sum += sqrt(i * two) / exp(1.0 / i);
  printf("     sum %.10f\n", sum);
}

int main(void) {
  mount("proc", "/proc", "proc", 0, 0);
  printf("init: %ld CPUs online\n", sysconf(_SC_NPROCESSORS_ONLN));
  threads();
  processes();
  memory();
  clocks();
  numbers();
  printf("%s linux\n", failures ? "FAIL" : "PASS");
  fflush(stdout);
  reboot(failures ? RB_AUTOBOOT : RB_POWER_OFF);
  return 1;
}
