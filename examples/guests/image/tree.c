/* What a kernel looks for in the device tree, and that it does not overlap the image. Expectations about the machine come on the
 * command line: mem=MIB cpus=N gic=V initrd=BYTES. */
#include "image.h"

extern char __image_end[];

static void memory(void)
{
    struct fdt_node node;
    bool found = fdt_nth(guest_dtb, "device_type", "memory", 0, &node);
    check(found, "tree: a memory node");
    if (!found)
        return;
    u64 base = fdt_reg_address(&node, 0), size = fdt_reg_size(&node, 0), end = (u64)__image_end, tree = (u64)guest_dtb;
    check_u64("tree: memory base", base, 0x40000000);
    check_u64("tree: memory size in MiB", size >> 20, bootarg_u64("mem", 512));
    check(entry_state.base >= base && end <= base + size, "the image lies in memory");
    check(tree >= end || tree + fdt_total_size(guest_dtb) <= entry_state.base, "the tree does not overlap it");
}

static bool string_is(const struct fdt_node *node, const char *property, const char *want)
{
    u32 length;
    const char *text = fdt_property(node, property, &length);
    return text && length == strlen(want) + 1 && !strcmp(text, want);
}

static void devices(void)
{
    struct fdt_node node;
    check(fdt_nth(guest_dtb, "compatible", "arm,psci-0.2", 0, &node) && string_is(&node, "method", "hvc"), "tree: PSCI by hvc");
    check(fdt_nth(guest_dtb, "compatible", "arm,pl011", 0, &node), "tree: a PL011");
    check_u64("tree: its address", fdt_reg_address(&node, 0), 0x09000000);
    u32 length = 0;
    const void *cells = fdt_property(&node, "interrupts", &length);
    check(cells && length == 12 && fdt_cell(cells, 0) == 0 && fdt_cell(cells, 1) == IRQ_UART - 32, "tree: its interrupt");
    check(fdt_nth(guest_dtb, "compatible", "arm,pl031", 0, &node) && fdt_reg_address(&node, 0) == 0x09010000, "tree: a PL031 at 0x9010000");
    check(fdt_nth(guest_dtb, "compatible", "virtio,mmio", 0, &node), "tree: virtio-mmio slots");
    check(fdt_nth(guest_dtb, "compatible", "arm,armv8-timer", 0, &node), "tree: the timer");
    cells = fdt_property(&node, "interrupts", &length);
    check(cells && length >= 48, "tree: four timer interrupts");
    /* Secure physical, non-secure physical, virtual, hypervisor: three cells each. */
    check(fdt_cell(cells, 3) == 1 && fdt_cell(cells, 4) == IRQ_TIMER_PHYSICAL - 16 && fdt_cell(cells, 6) == 1 &&
              fdt_cell(cells, 7) == IRQ_TIMER_VIRTUAL - 16,
          "tree: their numbers");
}

static void processors(void)
{
    struct fdt_node node;
    check_u64("tree: CPUs", cpu_count(), bootarg_u64("cpus", 1));
    bool right = true;
    for (unsigned i = 0; i < cpu_count(); i++) {
        right &= fdt_nth(guest_dtb, "device_type", "cpu", i, &node);
        right &= cpu_count() == 1 || string_is(&node, "enable-method", "psci");
        for (unsigned j = 0; j < i; j++)
            right &= cpus[i].mpidr != cpus[j].mpidr;
    }
    check(right, "tree: enable-method psci, distinct reg");
    check_u64("tree: the first is this one", cpus[0].mpidr, read_sysreg(mpidr_el1) & 0xff00fffffful);
}

static u64 address_property(const struct fdt_node *node, const char *name)
{
    u32 length;
    const void *cells = fdt_property(node, name, &length);
    if (!cells)
        return 0;
    return length == 8 ? (u64)fdt_cell(cells, 0) << 32 | fdt_cell(cells, 1) : fdt_cell(cells, 0);
}

static void initial_ramdisk(void)
{
    struct fdt_node chosen;
    u64 want = bootarg_u64("initrd", 0);
    check(fdt_path(guest_dtb, "/chosen", &chosen), "tree: /chosen");
    u64 start = address_property(&chosen, "linux,initrd-start"), end = address_property(&chosen, "linux,initrd-end");
    check_u64("initrd: bytes", end - start, want);
    if (end == start)
        return;
    u64 hash = FNV_START;
    for (const u8 *p = (const u8 *)start; p < (const u8 *)end; p++)
        hash = fnv_byte(hash, *p);
    printf("initrd: fnv 0x%016lx\n", hash);
    check(start >= (u64)__image_end || end <= entry_state.base, "initrd: apart from the image");
}

void test_device_tree(void)
{
    memory();
    processors();
    devices();
    initial_ramdisk();
}
