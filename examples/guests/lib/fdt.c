/* Device-tree walking. Every query scans the structure block from its start: trees are small and guests ask a handful of questions. */
#include "fdt.h"

enum { BEGIN_NODE = 1, END_NODE = 2, PROP = 3, NOP = 4, END = 9 };
enum { MAX_DEPTH = 16 };

u32 fdt_cell(const void *cells, unsigned index)
{
    const u8 *p = (const u8 *)cells + 4 * index;
    return (u32)p[0] << 24 | (u32)p[1] << 16 | (u32)p[2] << 8 | p[3];
}

bool fdt_valid(const void *tree) { return fdt_cell(tree, 0) == 0xd00dfeed && fdt_cell(tree, 5) >= 16; }
u32 fdt_total_size(const void *tree) { return fdt_cell(tree, 1); }

static const u8 *structure(const void *tree) { return (const u8 *)tree + fdt_cell(tree, 2); }
static const char *strings(const void *tree) { return (const char *)tree + fdt_cell(tree, 3); }

/* One token: its kind, where the next one starts, and (for a property) name and value. */
struct token {
    u32 kind, next, length;
    const char *name;
    const void *value;
};

static struct token token_at(const void *tree, u32 offset)
{
    const u8 *p = structure(tree) + offset;
    struct token t = {.kind = fdt_cell(p, 0), .next = offset + 4};
    if (t.kind == BEGIN_NODE) {
        t.name = (const char *)p + 4;
        t.next += (u32)ALIGN_UP(strlen(t.name) + 1, 4);
    } else if (t.kind == PROP) {
        t.length = fdt_cell(p, 1);
        t.name = strings(tree) + fdt_cell(p, 2);
        t.value = p + 12;
        t.next += 8 + (u32)ALIGN_UP(t.length, 4);
    }
    return t;
}

const void *fdt_property(const struct fdt_node *node, const char *name, u32 *length)
{
    for (struct token t = token_at(node->tree, token_at(node->tree, node->offset).next); t.kind == PROP || t.kind == NOP;
         t = token_at(node->tree, t.next)) {
        if (t.kind == PROP && !strcmp(t.name, name)) {
            *length = t.length;
            return t.value;
        }
    }
    return NULL;
}

u32 fdt_property_u32(const struct fdt_node *node, const char *name, u32 fallback)
{
    u32 length;
    const void *value = fdt_property(node, name, &length);
    return value && length >= 4 ? fdt_cell(value, 0) : fallback;
}

static bool list_contains(const char *list, u32 length, const char *value)
{
    for (u32 i = 0; i < length; i += (u32)strlen(list + i) + 1)
        if (!strcmp(list + i, value))
            return true;
    return false;
}

/* Calls match on every node in order until it says yes; keeps the parent's cell counts along the way. */
static bool walk(const void *tree, bool (*match)(const struct fdt_node *, int depth, void *), void *context, struct fdt_node *found)
{
    u32 address_cells[MAX_DEPTH + 1], size_cells[MAX_DEPTH + 1];
    int depth = 0;
    address_cells[0] = 2;
    size_cells[0] = 1;
    for (u32 offset = 0;;) {
        struct token t = token_at(tree, offset);
        if (t.kind == BEGIN_NODE) {
            struct fdt_node node = {tree, offset, address_cells[depth], size_cells[depth], t.name};
            if (match(&node, depth, context)) {
                *found = node;
                return true;
            }
            if (++depth > MAX_DEPTH)
                return false;
            address_cells[depth] = fdt_property_u32(&node, "#address-cells", 2);
            size_cells[depth] = fdt_property_u32(&node, "#size-cells", 1);
        } else if (t.kind == END_NODE) {
            depth--;
        } else if (t.kind != PROP && t.kind != NOP) {
            return false;
        }
        offset = t.next;
    }
}

struct nth {
    const char *property, *value;
    unsigned left;
};

static bool match_nth(const struct fdt_node *node, int depth, void *context)
{
    (void)depth;
    struct nth *n = context;
    u32 length;
    const char *list = fdt_property(node, n->property, &length);
    return list && list_contains(list, length, n->value) && n->left-- == 0;
}

bool fdt_nth(const void *tree, const char *property, const char *value, unsigned n, struct fdt_node *node)
{
    struct nth context = {property, value, n};
    return tree && walk(tree, match_nth, &context, node);
}

struct path {
    const char *rest;   /* what is still to be matched, starting with '/' */
    int depth;          /* of the node that may match it */
};

static bool match_path(const struct fdt_node *node, int depth, void *context)
{
    struct path *p = context;
    if (depth == 0)
        return p->rest[1] == 0;
    if (depth < p->depth)
        p->depth = MAX_DEPTH + 1;   /* the matched prefix ended without the rest */
    if (depth != p->depth)
        return false;
    size_t length = 0;
    while (p->rest[1 + length] && p->rest[1 + length] != '/')
        length++;
    if (strncmp(node->name, p->rest + 1, length) || (node->name[length] && node->name[length] != '@'))
        return false;
    p->rest += 1 + length;
    p->depth++;
    return *p->rest == 0;
}

bool fdt_path(const void *tree, const char *path, struct fdt_node *node)
{
    struct path context = {path, 1};
    return walk(tree, match_path, &context, node);
}

static u64 cells_at(const void *value, unsigned first, unsigned count)
{
    u64 number = 0;
    for (unsigned i = 0; i < count; i++)
        number = number << 32 | fdt_cell(value, first + i);
    return number;
}

static u64 reg_part(const struct fdt_node *node, unsigned index, bool size)
{
    u32 length, stride = node->address_cells + node->size_cells;
    const void *value = fdt_property(node, "reg", &length);
    if (!value || (index + 1) * stride * 4 > length)
        return 0;
    return size ? cells_at(value, index * stride + node->address_cells, node->size_cells)
                : cells_at(value, index * stride, node->address_cells);
}

u64 fdt_reg_address(const struct fdt_node *node, unsigned index) { return reg_part(node, index, false); }
u64 fdt_reg_size(const struct fdt_node *node, unsigned index) { return reg_part(node, index, true); }
