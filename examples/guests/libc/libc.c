/* A kernel just big enough for one static Linux program at EL0: it loads the ELF file behind image.S, answers the system calls that
 * glibc makes on the way to main, and shows what the program writes. The program (program/) is linked into RAM that nothing else uses. */
#include "guest.h"
#include "mmu.h"
#include "trap.h"

const char guest_name[] = "libc";
const bool guest_wants_default_mmu = false;

extern const u8 libc_image[], libc_image_end[];

/* Where the program is linked (build.sh), and what it has: text and data, heap, stack. */
enum { PROGRAM = 0x50000000, PROGRAM_SIZE = 0x2000000, HEAP = 0x51000000, MAPPINGS = 0x51800000, STACK_TOP = 0x51fff000 };
enum { ENOSYS = 38, EBADF = 9, ENOMEM = 12 };

struct elf_header {
    u8 ident[16];
    u16 type, machine;
    u32 version;
    u64 entry, program_offset, section_offset;
    u32 flags;
    u16 size, program_size, program_count, section_size, section_count, names;
};
struct elf_segment {
    u32 type, flags;
    u64 offset, address, physical, file_size, memory_size, alignment;
};
struct io_vector {
    u64 base, length;
};

static u64 heap_end = HEAP, next_mapping = MAPPINGS;
static s64 exit_status = -1;

static s64 write_console(u64 fd, u64 data, u64 length)
{
    if (fd != 1 && fd != 2)
        return -EBADF;
    console_write((const char *)data, length);
    return (s64)length;
}

static s64 write_vectors(u64 fd, const struct io_vector *vectors, u64 count)
{
    s64 total = 0;
    for (u64 i = 0; i < count; i++) {
        s64 written = write_console(fd, vectors[i].base, vectors[i].length);
        if (written < 0)
            return written;
        total += written;
    }
    return total;
}

/* Memory is there already, and zero. */
static s64 map(u64 length)
{
    u64 at = next_mapping;
    next_mapping += ALIGN_UP(length, 4096ul);
    return next_mapping > STACK_TOP - 0x100000 ? -ENOMEM : (s64)at;
}

static s64 system_call(const struct trap_frame *f)
{
    switch (f->x[8]) {
    case 64: return write_console(f->x[0], f->x[1], f->x[2]);
    case 66: return write_vectors(f->x[0], (const struct io_vector *)f->x[1], f->x[2]);
    case 96: return 1;                        /* set_tid_address */
    case 99: case 226: case 215: return 0;    /* set_robust_list, mprotect, munmap */
    case 214:                                 /* brk */
        if (f->x[0] >= HEAP && f->x[0] < MAPPINGS)
            heap_end = f->x[0];
        return (s64)heap_end;
    case 222: return map(f->x[1]);            /* mmap, anonymous: there are no files */
    default: return -ENOSYS;
    }
}

__attribute__((target("general-regs-only"))) static bool on_exception(struct trap_frame *f)
{
    if (ESR_EC(f->esr) != 0x15 || f->vector != VECTOR_EL0_SYNC)
        return false;
    if (f->x[8] == 93 || f->x[8] == 94) {
        exit_status = (s64)f->x[0];
        return false;
    }
    f->x[0] = (u64)system_call(f);
    return true;
}

static void copy(u8 *to, const u8 *from, u64 length)
{
    for (u64 i = 0; i < length; i++)
        to[i] = from[i];
}

/* argc, argv, envp and the auxiliary vector: page size, program headers, random bytes, FP and Advanced SIMD. */
static u64 stack_of(const struct elf_header *header)
{
    u64 *sp = (u64 *)(STACK_TOP - 512);
    char *name = (char *)(STACK_TOP - 64);
    copy((u8 *)name, (const u8 *)"libc", 5);
    u64 random = STACK_TOP - 32;
    u64 words[] = {1,  (u64)name, 0, 0, 6, 4096, 3, PROGRAM + header->program_offset, 4, header->program_size, 5, header->program_count,
                   9,  header->entry, 16, 3, 25, random, 0, 0};
    copy((u8 *)sp, (const u8 *)words, sizeof words);
    return (u64)sp;
}

void guest_main(void)
{
    struct mmu_space space;
    mmu_space_init(&space, 12, 39);
    mmu_map_board(&space);
    mmu_map(&space, PROGRAM, PROGRAM, PROGRAM_SIZE, ATTR_NORMAL | PTE_AP_EL0 | PTE_PXN, 2);
    mmu_enable(&space, NULL);
    /* What EL0 uses of the system's registers: DC ZVA, CTR_EL0, cache maintenance. */
    write_sysreg(sctlr_el1, read_sysreg(sctlr_el1) | BIT(14) | BIT(15) | BIT(26));
    isb();

    const struct elf_header *header = (const struct elf_header *)libc_image;
    const struct elf_segment *segments = (const struct elf_segment *)(libc_image + header->program_offset);
    for (u32 i = 0; i < header->program_count; i++) {
        const struct elf_segment *s = &segments[i];
        if (s->type == 1)
            copy((u8 *)s->address, libc_image + s->offset, s->file_size);
    }
    cache_sync_code((const void *)PROGRAM, (u64)(libc_image_end - libc_image));
    this_cpu()->user_stack = stack_of(header);
    sync_hook = on_exception;
    struct trap t;
    try_el0(&t, (const void *)header->entry, 0, 0, 0);
    sync_hook = NULL;
    if (exit_status == -1)
        printf("     esr 0x%lx elr 0x%lx far 0x%lx x0 0x%lx\n", t.esr, t.elr, t.far, t.x0);
    check_u64("exit status of the program", (u64)exit_status, 0);
}
