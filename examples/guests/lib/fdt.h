/* A read-only walker for flattened device trees (Devicetree Specification v0.4, chapter 5): no allocation, no recursion. */
#ifndef FDT_H
#define FDT_H

#include "types.h"

struct fdt_node {
    const void *tree;
    u32 offset;                       /* of FDT_BEGIN_NODE in the structure block */
    u32 address_cells, size_cells;    /* of the parent: they govern `reg` */
    const char *name;
};

bool fdt_valid(const void *tree);
u32 fdt_total_size(const void *tree);

/* The node at a full path; components match with or without their @unit-address. */
bool fdt_path(const void *tree, const char *path, struct fdt_node *node);
/* The n-th node in tree order whose property is a string list that contains value. */
bool fdt_nth(const void *tree, const char *property, const char *value, unsigned n, struct fdt_node *node);
/* A property's bytes, or NULL. */
const void *fdt_property(const struct fdt_node *node, const char *name, u32 *length);
u32 fdt_property_u32(const struct fdt_node *node, const char *name, u32 fallback);

u64 fdt_reg_address(const struct fdt_node *node, unsigned index);
u64 fdt_reg_size(const struct fdt_node *node, unsigned index);

/* Reads big-endian 32-bit cells. */
u32 fdt_cell(const void *cells, unsigned index);

#endif
