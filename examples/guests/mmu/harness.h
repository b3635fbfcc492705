/* Shared by the groups of the mmu guest: the translation regime under test, probes of one access, and their verdicts. */
#ifndef HARNESS_H
#define HARNESS_H

#include "guest.h"
#include "mmu.h"
#include "trap.h"

/* The regime under test; rebuilt for each granule. */
extern struct mmu_space space;
extern const char *granule_name;

/* Rebuilds the identity map with this granule and VA size and switches to it. */
void regime_start(unsigned granule_shift, unsigned va_bits);

/* Physical memory the tests map: ARENA_PAGES pages of 64 KiB; each starts with code that returns PAGE_CODE(n), and has
 * PAGE_VALUE(n) at offset PAGE_DATA. */
enum { ARENA_PAGES = 6, PAGE_DATA = 0x40 };
extern u8 arena[ARENA_PAGES][0x10000];
#define PAGE_CODE(n) (0x700u + (n))
#define PAGE_VALUE(n) (0xa5a5000000000000ul + (n))
void arena_fill(void);

/* The levels at which this granule has leaves. */
static inline unsigned first_leaf(void) { return space.granule_shift == 12 ? 1 : 2; }

/* Window addresses: one 4 TiB slot each, so that no two tests share a descriptor below the root. */
#define SLOT(n) (0x100000000000ul + (u64)(n) * 0x40000000000ul)

/* Writes the leaf of va at a level for the block of physical memory around arena[page]; the returned address is where that page is
 * seen. Entries above must be tables or invalid. Does not touch the TLB. */
u64 map_leaf(u64 va, unsigned page, u64 attributes, unsigned level);

enum access { READ, WRITE, EXECUTE, LDTR, STTR };
enum level { AT_EL0, AT_EL1 };
extern const char *const access_names[];
extern const char *const level_names[];

/* One access of the 64-bit word at PAGE_DATA (or a call of the page's code). */
void access(struct trap *t, enum level level, enum access kind, u64 page_address);
bool access_completed(const struct trap *t, enum level level);

/* Fault status codes. */
#define FSC_ADDRESS_SIZE(level) (0x00u + (level))
#define FSC_TRANSLATION(level) (0x04u + (level))
#define FSC_ACCESS_FLAG(level) (0x08u + (level))
#define FSC_PERMISSION(level) (0x0cu + (level))
u64 fault_esr(enum level level, enum access kind, u32 fsc);

/* Makes the access and expects this fault (or success with the page's content); prints "GRANULE LABEL ACCESS LEVEL: result". */
bool expect_fault(const char *label, enum level level, enum access kind, u64 page_address, u32 fsc);
bool expect_page(const char *label, enum level level, enum access kind, u64 page_address, unsigned page);
/* The same without a line when right; for loops. */
bool faults_with(enum level level, enum access kind, u64 page_address, u32 fsc);
bool sees_page(enum level level, enum access kind, u64 page_address, unsigned page);

/* A line of the transcript for a group of quiet checks. */
void report(bool right, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The groups. */
void test_faults(void);
void test_blocks(void);
void test_permissions(void);
void test_hierarchy(void);
void test_unprivileged(void);
void test_address_translate(void);
void test_tlb(void);
void test_asid(void);
void test_upper(void);
void test_tags(void);
void test_crossing(void);
void test_optional(void);

#endif
