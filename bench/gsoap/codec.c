/* Reads and writes one order document in memory with the code that gSOAP generates of contract/orders.xsd, and prints the
   best MB/s of each direction and the allocations of one read: `codec FILE ROUNDS`. The root is SubmitOrder, ListedOrder, OpenOrder, PricedOrder or WideOrder. */
#include "soapH.h"
#include "ns1.nsmap"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static unsigned long allocations;
void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size) {
  allocations++;
  return __real_malloc(size);
}

static const char *source;
static size_t source_left;
static char *sink;
static size_t sink_used, sink_room;

static size_t take(struct soap *soap, char *to, size_t room) {
  size_t length = source_left < room ? source_left : room;
  (void)soap;
  memcpy(to, source, length);
  source += length;
  source_left -= length;
  return length;
}

static int give(struct soap *soap, const char *from, size_t length) {
  (void)soap;
  if (sink_used + length > sink_room) {
    sink_room = 2 * (sink_used + length);
    sink = realloc(sink, sink_room);
  }
  memcpy(sink + sink_used, from, length);
  sink_used += length;
  return SOAP_OK;
}

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec + time.tv_nsec / 1e9;
}

static struct soap *context(void) {
  struct soap *soap = soap_new2(SOAP_XML_TREE | SOAP_C_UTFSTRING, SOAP_XML_TREE | SOAP_C_UTFSTRING);
  soap->frecv = take;
  soap->fsend = give;
  return soap;
}

union order {
  struct _ns1__SubmitOrder submitted;
  struct _ns1__ListedOrder listed;
  struct _ns1__OpenOrder open;
  struct _ns1__PricedOrder priced;
  struct _ns1__WideOrder wide;
};

static int get(struct soap *soap, int root, union order *order) {
  switch (root) {
    case 1: return soap_read__ns1__ListedOrder(soap, &order->listed);
    case 2: return soap_read__ns1__OpenOrder(soap, &order->open);
    case 3: return soap_read__ns1__PricedOrder(soap, &order->priced);
    case 4: return soap_read__ns1__WideOrder(soap, &order->wide);
    default: return soap_read__ns1__SubmitOrder(soap, &order->submitted);
  }
}

static int put(struct soap *soap, int root, union order *order) {
  switch (root) {
    case 1: return soap_write__ns1__ListedOrder(soap, &order->listed);
    case 2: return soap_write__ns1__OpenOrder(soap, &order->open);
    case 3: return soap_write__ns1__PricedOrder(soap, &order->priced);
    case 4: return soap_write__ns1__WideOrder(soap, &order->wide);
    default: return soap_write__ns1__SubmitOrder(soap, &order->submitted);
  }
}

int main(int count, char **arguments) {
  FILE *file = count == 3 ? fopen(arguments[1], "rb") : NULL;
  if (!file) {
    fprintf(stderr, "usage: codec FILE ROUNDS\n");
    return 2;
  }
  fseek(file, 0, SEEK_END);
  long size = ftell(file);
  rewind(file);
  char *text = malloc(size + 1);
  if (fread(text, 1, size, file) != (size_t)size) return 2;
  text[size] = 0;
  int root = strstr(text, "ListedOrder") ? 1 : strstr(text, "OpenOrder") ? 2 : strstr(text, "PricedOrder") ? 3 : strstr(text, "WideOrder") ? 4 : 0;
  struct soap *soap = context(), *kept = context();
  union order order;
  source = text, source_left = size;
  if (get(kept, root, &order)) {
    soap_print_fault(kept, stderr);
    return 1;
  }
  double best_in = 1e9, best_out = 1e9;
  unsigned long needed = 0;
  for (int round = 0; round < atoi(arguments[2]); round++) {
    union order one;
    source = text, source_left = size;
    unsigned long before = allocations;
    double start = now();
    if (get(soap, root, &one)) return 1;
    soap_end(soap);
    double seconds = now() - start;
    needed = allocations - before;
    if (seconds < best_in) best_in = seconds;
    sink_used = 0;
    start = now();
    if (put(soap, root, &order)) return 1;
    soap_end(soap);
    seconds = now() - start;
    if (seconds < best_out) best_out = seconds;
  }
  printf("%.1f %.1f %lu\n", size / best_in / 1e6, sink_used / best_out / 1e6, needed);
  return 0;
}
