/* An interrupt translation service (Arm IHI 0069 chapter 5): its registers, tables and commands. */
#ifndef ITS_H
#define ITS_H

#include "gic.h"
#include "guest.h"

enum { FIRST_LPI = 8192, LPIS = 64 };
/* Configuration bytes. */
enum { LPI_ENABLED = 1 };

extern u64 its_base;

/* Tables, queue, and LPIs of the first CPUs; everything enabled. False when the tree has no ITS. */
bool its_init(unsigned cpus);

/* Writes the configuration of an LPI; the ITS is told by INV or INVALL. */
void its_configure(u32 lpi, u8 priority, bool enabled);

/* Commands: queued, then executed. */
void its_map_device(u32 device, unsigned event_bits);
void its_unmap_device(u32 device);
void its_map_collection(u16 collection, unsigned cpu);
void its_map_event(u32 device, u32 event, u32 lpi, u16 collection);
void its_map_event_identity(u32 device, u32 event, u16 collection);
void its_move_event(u32 device, u32 event, u16 collection);
void its_move_all(unsigned from, unsigned to);
void its_invalidate(u32 device, u32 event);
void its_invalidate_all(u16 collection);
void its_raise(u32 device, u32 event);
void its_clear(u32 device, u32 event);
void its_discard(u32 device, u32 event);
/* All commands so far have been executed: the queue is empty. */
bool its_idle(void);

#endif
