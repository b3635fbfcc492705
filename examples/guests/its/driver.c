/* A small driver: flat tables of one 64 KiB page each, one queue, polled. */
#include "its.h"
#include "fdt.h"

#define GITS_CTLR 0x0
#define GITS_TYPER 0x8
#define GITS_CBASER 0x80
#define GITS_CWRITER 0x88
#define GITS_CREADR 0x90
#define GITS_BASER 0x100
#define GITS_TYPER_PTA BIT(19)
#define GICR_CTLR 0x0
#define GICR_TYPER 0x8
#define GICR_PROPBASER 0x70
#define GICR_PENDBASER 0x78
#define GICR_STRIDE 0x20000ul

#define VALID BIT(63)
#define PAGE 0x10000ul
#define QUEUE_SIZE 0x1000
/* Inner shareable, inner write-back, read- and write-allocate. */
#define TABLE_ATTRIBUTES (7ul << 59 | 1ul << 10)
#define LPI_ATTRIBUTES (7ul << 7 | 1ul << 10)
enum { DEVICES = 1, COLLECTIONS = 4 };
enum { MAX_DEVICES = 4 };

u64 its_base;
static bool targets_are_addresses;
static u8 __attribute__((aligned(65536))) queue[PAGE], device_table[PAGE], collection_table[PAGE], properties[PAGE];
static u8 __attribute__((aligned(65536))) pending[2][PAGE];
/* Room for 14 bits of event, of 16 bytes at most. */
static u8 __attribute__((aligned(256))) translations[MAX_DEVICES][16 << 14];

static bool tables_init(void)
{
    bool devices = false;
    for (unsigned i = 0; i < 8; i++) {
        u64 address = its_base + GITS_BASER + 8 * i, type = FIELD(mmio_read64(address), 56, 3);
        if (type == DEVICES)
            mmio_write64(address, VALID | TABLE_ATTRIBUTES | 2 << 8 | (u64)device_table);
        if (type == COLLECTIONS)
            mmio_write64(address, VALID | TABLE_ATTRIBUTES | 2 << 8 | (u64)collection_table);
        devices |= type == DEVICES;
    }
    return devices;
}

/* Sixteen bits of interrupt number for LPIs. */
static void lpis_init(unsigned cpu)
{
    u64 base = gicr_base + cpu * GICR_STRIDE;
    mmio_write64(base + GICR_PROPBASER, LPI_ATTRIBUTES | (u64)properties | 15);
    mmio_write64(base + GICR_PENDBASER, LPI_ATTRIBUTES | (u64)pending[cpu]);
    dsb();
    mmio_write32(base + GICR_CTLR, 1);
}

bool its_init(unsigned cpus)
{
    struct fdt_node node;
    if (!fdt_nth(guest_dtb, "compatible", "arm,gic-v3-its", 0, &node))
        return false;
    its_base = fdt_reg_address(&node, 0);
    targets_are_addresses = mmio_read64(its_base + GITS_TYPER) & GITS_TYPER_PTA;
    for (unsigned cpu = 0; cpu < cpus; cpu++)
        lpis_init(cpu);
    if (!tables_init())
        return false;
    mmio_write64(its_base + GITS_CBASER, VALID | TABLE_ATTRIBUTES | (u64)queue | (QUEUE_SIZE / 0x1000 - 1));
    mmio_write64(its_base + GITS_CWRITER, 0);
    mmio_write32(its_base + GITS_CTLR, 1);
    return true;
}

void its_configure(u32 lpi, u8 priority, bool enabled)
{
    properties[lpi - FIRST_LPI] = priority | (enabled ? LPI_ENABLED : 0);
    dsb();
}

bool its_idle(void) { return mmio_read64(its_base + GITS_CREADR) == mmio_read64(its_base + GITS_CWRITER); }

static void command(u64 a, u64 b, u64 c, u64 d)
{
    u64 at = mmio_read64(its_base + GITS_CWRITER);
    volatile u64 *words = (volatile u64 *)(queue + at);
    words[0] = a;
    words[1] = b;
    words[2] = c;
    words[3] = d;
    dsb();
    mmio_write64(its_base + GITS_CWRITER, (at + 32) % QUEUE_SIZE);
    for (unsigned i = 0; i < 100000 && !its_idle(); i++)
        ;
}

/* RDbase: an address in 64 KiB units, or a processor number. */
static u64 target(unsigned cpu)
{
    u64 base = gicr_base + cpu * GICR_STRIDE;
    return targets_are_addresses ? base : FIELD(mmio_read64(base + GICR_TYPER), 8, 16) << 16;
}

static u64 of_device(u64 number, u32 device) { return number | (u64)device << 32; }

void its_map_device(u32 device, unsigned event_bits)
{
    command(of_device(0x08, device), event_bits - 1, VALID | (u64)translations[device % MAX_DEVICES], 0);
}

void its_unmap_device(u32 device) { command(of_device(0x08, device), 0, 0, 0); }
void its_map_collection(u16 collection, unsigned cpu) { command(0x09, 0, VALID | target(cpu) | collection, 0); }

void its_map_event(u32 device, u32 event, u32 lpi, u16 collection)
{
    command(of_device(0x0a, device), (u64)lpi << 32 | event, collection, 0);
}

void its_map_event_identity(u32 device, u32 event, u16 collection) { command(of_device(0x0b, device), event, collection, 0); }
void its_move_event(u32 device, u32 event, u16 collection) { command(of_device(0x01, device), event, collection, 0); }
void its_move_all(unsigned from, unsigned to) { command(0x0e, 0, target(from), target(to)); }
void its_invalidate(u32 device, u32 event) { command(of_device(0x0c, device), event, 0, 0); }
void its_invalidate_all(u16 collection) { command(0x0d, 0, collection, 0); }
void its_raise(u32 device, u32 event) { command(of_device(0x03, device), event, 0, 0); }
void its_clear(u32 device, u32 event) { command(of_device(0x04, device), event, 0, 0); }
void its_discard(u32 device, u32 event) { command(of_device(0x0f, device), event, 0, 0); }
