// Files and what the kernel tells about them: flags and structures that differ between architectures.
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/timex.h>
#include <sys/uio.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "check.h"

int main(int count, char **arguments) {
    char folder[] = "/tmp/invar-exec-XXXXXX", path[128], other[128], buffer[4096];
    CHECK(count == 2 && mkdtemp(folder));
    snprintf(path, sizeof path, "%s/file", folder);
    snprintf(other, sizeof other, "%s/link", folder);

    int fd = open(path, O_RDWR | O_CREAT | O_EXCL, 0640);
    CHECK(fd >= 0 && write(fd, "hello, world", 12) == 12);
    CHECK(open(path, O_CREAT | O_EXCL | O_RDWR, 0600) == -1 && errno == EEXIST);
    struct stat facts, same;
    CHECK(fstat(fd, &facts) == 0 && facts.st_size == 12 && S_ISREG(facts.st_mode) && (facts.st_mode & 0777) == 0640);
    CHECK(facts.st_nlink == 1 && facts.st_blksize >= 512 && facts.st_uid == getuid() && facts.st_mtim.tv_sec > 1000000000);
    CHECK(stat(path, &same) == 0 && same.st_ino == facts.st_ino && same.st_dev == facts.st_dev);
    CHECK(symlink(path, other) == 0 && lstat(other, &same) == 0 && S_ISLNK(same.st_mode));
    // The four flags with other bits.
    CHECK(open(other, O_RDONLY | O_NOFOLLOW) == -1 && errno == ELOOP);
    CHECK(open(path, O_RDONLY | O_DIRECTORY) == -1 && errno == ENOTDIR);
    int directory = open(folder, O_RDONLY | O_DIRECTORY);
    CHECK(directory >= 0 && (fcntl(directory, F_GETFL) & O_DIRECTORY));
    CHECK(fcntl(fd, F_SETFL, O_APPEND | O_NONBLOCK) == 0);
    int flags = fcntl(fd, F_GETFL);
    CHECK((flags & O_ACCMODE) == O_RDWR && (flags & O_APPEND) && (flags & O_NONBLOCK) && !(flags & (O_DIRECT | O_NOFOLLOW)));
    int ends[2];
    CHECK(pipe2(ends, O_DIRECT | O_CLOEXEC) == 0 && (fcntl(ends[0], F_GETFD) & FD_CLOEXEC) && (fcntl(ends[1], F_GETFL) & O_DIRECT));
    // A pipe of packets.
    CHECK(write(ends[1], "one", 3) == 3 && write(ends[1], "two", 3) == 3 && read(ends[0], buffer, 10) == 3);

    struct iovec vector[2] = {{"abc", 3}, {"defg", 4}};
    CHECK(writev(fd, vector, 2) == 7 && lseek(fd, 0, SEEK_END) == 19);
    CHECK(pread(fd, buffer, 7, 12) == 7 && memcmp(buffer, "abcdefg", 7) == 0);
    CHECK(ftruncate(fd, 100000) == 0 && fstat(fd, &facts) == 0 && facts.st_size == 100000);
    char *mapped = mmap(NULL, 100000, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    CHECK(mapped != MAP_FAILED && memcmp(mapped, "hello", 5) == 0);
    mapped[99999] = 'z';
    CHECK(pread(fd, buffer, 1, 99999) == 1 && buffer[0] == 'z' && munmap(mapped, 100000) == 0);
    struct statfs system;
    CHECK(statfs(folder, &system) == 0 && system.f_bsize > 0 && system.f_namelen >= 255);

    DIR *listing = fdopendir(directory);
    int entries = 0;
    for (struct dirent *entry; (entry = readdir(listing));) entries += strcmp(entry->d_name, "file") == 0 || strcmp(entry->d_name, "link") == 0;
    CHECK(entries == 2 && closedir(listing) == 0);

    // epoll's events are packed on x86-64 alone.
    int event = eventfd(0, EFD_NONBLOCK), timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC), epoll = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event wanted = {.events = EPOLLIN, .data.u64 = 0x1122334455667788}, found[4];
    CHECK(epoll_ctl(epoll, EPOLL_CTL_ADD, event, &wanted) == 0);
    wanted.data.u64 = 0x99aabbccddeeff00;
    CHECK(epoll_ctl(epoll, EPOLL_CTL_ADD, timer, &wanted) == 0);
    CHECK(epoll_wait(epoll, found, 4, 0) == 0);
    CHECK(eventfd_write(event, 3) == 0);
    CHECK(epoll_wait(epoll, found, 4, 1000) == 1 && found[0].events == EPOLLIN && found[0].data.u64 == 0x1122334455667788);
    struct itimerspec soon = {.it_value = {.tv_nsec = 1000}};
    CHECK(timerfd_settime(timer, 0, &soon, NULL) == 0);
    eventfd_t value;
    CHECK(eventfd_read(event, &value) == 0 && value == 3 && eventfd_read(event, &value) == -1 && errno == EAGAIN);
    CHECK(epoll_wait(epoll, found, 4, 1000) == 1 && found[0].data.u64 == 0x99aabbccddeeff00);
    struct pollfd polled = {.fd = timer, .events = POLLIN};
    CHECK(poll(&polled, 1, 1000) == 1 && polled.revents == POLLIN);
    fd_set set;
    FD_ZERO(&set);
    FD_SET(timer, &set);
    CHECK(select(timer + 1, &set, NULL, NULL, NULL) == 1 && FD_ISSET(timer, &set));

    int pair[2];
    CHECK(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == 0 && send(pair[0], "hi", 2, 0) == 2);
    struct iovec piece = {buffer, sizeof buffer};
    struct msghdr message = {.msg_iov = &piece, .msg_iovlen = 1};
    CHECK(recvmsg(pair[1], &message, 0) == 2 && memcmp(buffer, "hi", 2) == 0);
    int memory = memfd_create("memory", MFD_CLOEXEC);
    CHECK(memory >= 0 && ftruncate(memory, 4096) == 0);

    // The program sees itself.
    struct utsname name;
    CHECK(uname(&name) == 0 && strcmp(name.machine, "aarch64") == 0);
    ssize_t length = readlink("/proc/self/exe", buffer, sizeof buffer - 1);
    CHECK(length > 0 && (buffer[length] = 0, strcmp(buffer, arguments[1]) == 0));
    FILE *maps = fopen("/proc/self/maps", "re");
    int stack = 0, code = 0, foreign = 0;
    while (fgets(buffer, sizeof buffer, maps)) {
        unsigned long start, end;
        char rights[5];
        CHECK(sscanf(buffer, "%lx-%lx %4s", &start, &end, rights) == 3);
        stack += (unsigned long)&start >= start && (unsigned long)&start < end && strcmp(rights, "rw-p") == 0;
        code += (unsigned long)main >= start && (unsigned long)main < end && strcmp(rights, "r-xp") == 0;
        foreign += strstr(buffer, "invar") != NULL && strstr(buffer, "release/invar") != NULL;
    }
    CHECK(stack == 1 && code == 1 && foreign == 0 && fclose(maps) == 0);
    FILE *line = fopen("/proc/self/cmdline", "re");
    length = (ssize_t)fread(buffer, 1, sizeof buffer, line);
    CHECK(length == (ssize_t)(strlen(arguments[0]) + strlen(arguments[1]) + 2) && strcmp(buffer, arguments[0]) == 0);
    CHECK(prctl(PR_SET_NAME, "renamed") == 0 && prctl(PR_GET_NAME, buffer) == 0 && strcmp(buffer, "renamed") == 0);

    CHECK(prctl(PR_MCE_KILL, PR_MCE_KILL_SET, PR_MCE_KILL_EARLY, 0, 0) == 0 && prctl(PR_MCE_KILL_GET, 0, 0, 0, 0) == PR_MCE_KILL_EARLY);

    // Younger than their predecessors: not every kernel of this machine's has the last two.
    struct timex clock = {0};
    uint32_t schedule[16] = {0};
    CHECK(adjtimex(&clock) >= 0 && clock.tick > 0 && clock_adjtime(CLOCK_REALTIME, &clock) >= 0);
    CHECK(syscall(SYS_sched_getattr, 0, schedule, 48, 0) == 0 && schedule[0] == 48 && syscall(SYS_sched_setattr, 0, schedule, 0) == 0);
    uint64_t range[2] = {0, 0}, pages[5];
    CHECK(syscall(451, fd, range, pages, 0) == 0 || errno == ENOSYS);
    CHECK((syscall(452, AT_FDCWD, path, 0600, 0) == 0 && stat(path, &facts) == 0 && (facts.st_mode & 0777) == 0600) || errno == ENOSYS);

    // Bad addresses are errors, not faults.
    CHECK(syscall(SYS_read, fd, 8, 4) == -1 && errno == EFAULT);
    CHECK(open((char *)8, O_RDONLY) == -1 && errno == EFAULT);
    CHECK(fstat(fd, (struct stat *)8) == -1 && errno == EFAULT);
    CHECK(unlink(path) == 0 && unlink(other) == 0 && rmdir(folder) == 0);
    return verdict();
}
