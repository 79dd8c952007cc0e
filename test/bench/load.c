/*
 * Load for the benchmarks: both AEs of an association in C, so that they are not what limits it.
 * Compiled when the benchmark starts; see load.ts for the file of PDUs.
 *
 *   load accept PORT PDUS                    the acceptor of all that follows
 *   load bulk PORT PDUS MESSAGES CONNECTIONS MESSAGES C-STOREs on each of CONNECTIONS at once
 *   load ping PORT PDUS COUNT                COUNT C-ECHOs on one association
 *   load rate PORT PDUS COUNT THREADS        COUNT associations of one C-ECHO
 *   load hold PORT PDUS COUNT                COUNT idle associations, until stdin ends
 *
 * Prints one line of JSON. PS3.8 9.3: the PDU type is byte 0, its length bytes 2-5, big endian.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { READ_SIZE = 1 << 20, HEADER = 6 };

struct blob { uint32_t length; uint8_t *bytes; };

static struct blob rq, ac, echo_rq, echo_rsp, store;
static uint8_t release_rq[10] = {5, 0, 0, 0, 0, 4}, release_rp[10] = {6, 0, 0, 0, 0, 4};
static int port;
static long count;

static void fail(const char *what) {
  fprintf(stderr, "%s: %s\n", what, strerror(errno));
  exit(1);
}

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + t.tv_nsec / 1e9;
}

static struct blob read_blob(FILE *file) {
  struct blob blob;
  if (fread(&blob.length, 4, 1, file) != 1) fail("read PDUs");
  blob.bytes = malloc(blob.length);
  if (blob.bytes == NULL || fread(blob.bytes, 1, blob.length, file) != blob.length) fail("read PDUs");
  return blob;
}

static void send_all(int fd, const uint8_t *bytes, size_t length) {
  while (length > 0) {
    ssize_t sent = send(fd, bytes, length, MSG_NOSIGNAL);
    if (sent < 0) fail("send");
    bytes += sent;
    length -= (size_t)sent;
  }
}

static void receive(int fd, uint8_t *bytes, size_t length) {
  while (length > 0) {
    ssize_t got = recv(fd, bytes, length, 0);
    if (got == 0) errno = ECONNRESET;
    if (got <= 0) fail("receive");
    bytes += got;
    length -= (size_t)got;
  }
}

static void no_delay(int fd) {
  int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

/* Answers each PDU as its type and length ask for; what belongs to a C-STORE is only counted. */
static void *serve(void *argument) {
  int fd = (int)(intptr_t)argument;
  uint8_t *buffer = malloc(READ_SIZE);
  uint8_t header[HEADER];
  size_t have = 0;
  uint64_t skip = 0;
  if (buffer == NULL) fail("memory");
  for (;;) {
    ssize_t got = recv(fd, buffer, READ_SIZE, 0);
    if (got <= 0) break;
    for (size_t at = 0; at < (size_t)got;) {
      if (skip > 0) {
        uint64_t left = (uint64_t)got - at;
        uint64_t step = skip < left ? skip : left;
        at += step;
        skip -= step;
        if (skip > 0) continue;
      } else {
        header[have++] = buffer[at++];
        if (have < HEADER) continue;
        skip = (uint64_t)header[2] << 24 | header[3] << 16 | header[4] << 8 | header[5];
        have = 0;
        if (skip > 0) continue;
      }
      uint32_t length = (uint32_t)header[2] << 24 | header[3] << 16 | header[4] << 8 | header[5];
      if (header[0] == 1) send_all(fd, ac.bytes, ac.length);
      if (header[0] == 4 && length + HEADER == echo_rq.length) send_all(fd, echo_rsp.bytes, echo_rsp.length);
      if (header[0] == 5) send_all(fd, release_rp, sizeof release_rp);
    }
  }
  close(fd);
  free(buffer);
  return NULL;
}

static void accept_all(void) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
  int on = 1, listener = socket(AF_INET, SOCK_STREAM, 0);
  pthread_attr_t small;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (bind(listener, (void *)&address, sizeof address) < 0 || listen(listener, 4096) < 0) fail("listen");
  pthread_attr_init(&small);
  pthread_attr_setdetachstate(&small, PTHREAD_CREATE_DETACHED);
  pthread_attr_setstacksize(&small, 65536);
  puts("{\"ready\":true}");
  fflush(stdout);
  for (;;) {
    pthread_t thread;
    int fd = accept(listener, NULL, NULL);
    if (fd < 0) fail("accept");
    no_delay(fd);
    if (pthread_create(&thread, &small, serve, (void *)(intptr_t)fd) != 0) close(fd);
  }
}

static int associate(void) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
  uint8_t answer[4096];
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(fd, (void *)&address, sizeof address) < 0) fail("connect");
  no_delay(fd);
  send_all(fd, rq.bytes, rq.length);
  receive(fd, answer, ac.length);
  return fd;
}

static void end_association(int fd) {
  uint8_t answer[sizeof release_rp];
  send_all(fd, release_rq, sizeof release_rq);
  receive(fd, answer, sizeof answer);
  close(fd);
}

static void echo_once(int fd) {
  uint8_t answer[4096];
  send_all(fd, echo_rq.bytes, echo_rq.length);
  receive(fd, answer, echo_rsp.length);
}

static void *bulk(void *unused) {
  int fd = associate();
  for (long message = 0; message < count; message++) send_all(fd, store.bytes, store.length);
  end_association(fd);
  return unused;
}

static void *rate(void *argument) {
  long own = (long)(intptr_t)argument;
  for (long at = 0; at < own; at++) {
    int fd = associate();
    echo_once(fd);
    end_association(fd);
  }
  return NULL;
}

static int compare(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static void ping(void) {
  double *times = malloc(sizeof(double) * (size_t)count);
  int fd = associate();
  for (long at = 0; at < count; at++) {
    double from = now();
    echo_once(fd);
    times[at] = (now() - from) * 1e6;
  }
  end_association(fd);
  qsort(times, (size_t)count, sizeof *times, compare);
  printf("{\"p50\":%.1f,\"p99\":%.1f}\n", times[count / 2], times[count * 99 / 100]);
}

static void hold(void) {
  for (long at = 0; at < count; at++) associate();
  puts("{\"held\":true}");
  fflush(stdout);
  while (getchar() != EOF) continue;
}

static void threads(void *(*work)(void *), int many, long each) {
  pthread_t thread[256];
  double from = now();
  for (int at = 0; at < many; at++) pthread_create(&thread[at], NULL, work, (void *)(intptr_t)each);
  for (int at = 0; at < many; at++) pthread_join(thread[at], NULL);
  printf("{\"seconds\":%.6f,\"bytes\":%.0f}\n", now() - from, (double)count * many * store.length);
}

int main(int argc, char **argv) {
  if (argc < 4) return 2;
  signal(SIGPIPE, SIG_IGN);
  port = atoi(argv[2]);
  FILE *file = fopen(argv[3], "rb");
  if (file == NULL) fail(argv[3]);
  rq = read_blob(file), ac = read_blob(file), echo_rq = read_blob(file), echo_rsp = read_blob(file);
  store = read_blob(file);
  count = argc > 4 ? atol(argv[4]) : 1;
  int many = argc > 5 ? atoi(argv[5]) : 1;
  if (many < 1 || many > 256) return 2;
  if (strcmp(argv[1], "accept") == 0) accept_all();
  else if (strcmp(argv[1], "bulk") == 0) threads(bulk, many, 0);
  else if (strcmp(argv[1], "ping") == 0) ping();
  else if (strcmp(argv[1], "hold") == 0) hold();
  else if (strcmp(argv[1], "rate") == 0) {
    long each = count / many;
    threads(rate, many, each);
  } else return 2;
  return 0;
}
