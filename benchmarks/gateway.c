/* A supplier that answers at once: chat completions of OpenAI's wire, whole or as a stream of chunks, over HTTP/1.1.
 * One thread, epoll. Usage: upstream PORT CHUNKS PACE_US; prints its port. A stream writes one chunk
 * each PACE_US, and each chunk by itself; between two of them whoever shares its core may go on. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { MOST = 4096, ROOM = 128 * 1024 };

struct line {
  int fd, used, left; /* left: chunks that are still to be written */
  long long due;
  char *data;
};

static struct line lines[MOST];
static char whole[8192], last[1024], usage[1024], chunk[64][1024];
static int whole_size, last_size, usage_size, chunk_size[64], chunks, pace_us, streaming;

static long long now_us(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000LL + t.tv_nsec / 1000;
}

static int framed(char *into, const char *text) {
  return sprintf(into, "%zx\r\n%s\r\n", strlen(text), text);
}

static void prepare(void) {
  static char text[2048], body[4096], event[512];
  const char *words = "the parcel left our store this morning and is on its way to you now ";
  while (strlen(text) + strlen(words) < 1400) strcat(text, words);
  int size = sprintf(body,
      "{\"id\":\"chatcmpl-1\",\"object\":\"chat.completion\",\"created\":1,\"model\":\"bench-1\",\"choices\":[{\"index\":0,"
      "\"message\":{\"role\":\"assistant\",\"content\":\"%s\"},\"logprobs\":null,\"finish_reason\":\"stop\"}],"
      "\"usage\":{\"prompt_tokens\":80,\"completion_tokens\":200,\"total_tokens\":280,"
      "\"prompt_tokens_details\":{\"cached_tokens\":0}},\"system_fingerprint\":\"fp\"}", text);
  whole_size = sprintf(whole, "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%s", size, body);
  for (int i = 0; i < 64; i++) {
    sprintf(event, "data: {\"id\":\"chatcmpl-1\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"bench-1\","
        "\"choices\":[{\"index\":0,\"delta\":{\"content\":\" word%d\"},\"logprobs\":null,\"finish_reason\":null}]}\n\n", i);
    chunk_size[i] = framed(chunk[i], event);
  }
  sprintf(event, "data: {\"id\":\"chatcmpl-1\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"bench-1\","
      "\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n");
  last_size = framed(last, event);
  sprintf(event, "data: {\"id\":\"chatcmpl-1\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"bench-1\",\"choices\":[],"
      "\"usage\":{\"prompt_tokens\":80,\"completion_tokens\":%d,\"total_tokens\":%d}}\n\n", chunks, 80 + chunks);
  usage_size = framed(usage, event);
}

static void put(int fd, const char *data, int size) {
  while (size > 0) {
    ssize_t done = write(fd, data, size);
    if (done > 0) { data += done; size -= done; }
    else if (done < 0 && errno != EAGAIN && errno != EINTR) return;
  }
}

static void end(struct line *line) {
  if (line->left) streaming--;
  close(line->fd);
  line->used = line->left = 0;
}

static void more(struct line *line) { /* one chunk, or what ends a stream */
  if (line->left > 1) {
    int i = line->left % 64;
    put(line->fd, chunk[i], chunk_size[i]);
    line->left--;
    line->due += pace_us;
    return;
  }
  char rest[2048];
  int size = 0;
  memcpy(rest, last, last_size); size += last_size;
  memcpy(rest + size, usage, usage_size); size += usage_size;
  size += framed(rest + size, "data: [DONE]\n\n");
  size += sprintf(rest + size, "0\r\n\r\n");
  put(line->fd, rest, size);
  line->left = 0;
  streaming--;
}

static void answer(struct line *line) {
  line->data[line->used] = 0;
  for (;;) {
    char *body = memmem(line->data, line->used, "\r\n\r\n", 4);
    if (!body) return;
    *body = 0;
    char *told = strcasestr(line->data, "content-length:");
    *body = '\r';
    int length = told && told < body ? atoi(told + 15) : 0;
    int size = (int)(body + 4 - line->data) + length;
    if (line->used < size) return;
    char *mark = length ? memmem(body + 4, length, "\"stream\"", 8) : NULL;
    if (mark) { mark += 8; while (*mark == ' ' || *mark == ':') mark++; }
    if (mark && *mark == 't') {
      const char *head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n";
      put(line->fd, head, (int)strlen(head));
      line->left = chunks + 1;
      line->due = now_us();
      streaming++;
      more(line);
    } else {
      put(line->fd, whole, whole_size);
    }
    memmove(line->data, line->data + size, line->used - size);
    line->used -= size;
    line->data[line->used] = 0;
  }
}

int main(int count, char **given) {
  if (count != 4) return 2;
  chunks = atoi(given[2]);
  pace_us = atoi(given[3]);
  signal(SIGPIPE, SIG_IGN); /* clients leave */
  prepare();
  int one = 1, ear = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), poll = epoll_create1(0);
  setsockopt(ear, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  struct sockaddr_in place = {.sin_family = AF_INET, .sin_port = htons(atoi(given[1]))};
  place.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof place;
  if (bind(ear, (struct sockaddr *)&place, size) || listen(ear, 1024)) { perror("upstream"); return 1; }
  getsockname(ear, (struct sockaddr *)&place, &size);
  printf("%d\n", ntohs(place.sin_port));
  fflush(stdout);
  struct epoll_event event = {.events = EPOLLIN, .data.fd = ear}, events[256];
  epoll_ctl(poll, EPOLL_CTL_ADD, ear, &event);
  for (;;) {
    int ready = epoll_wait(poll, events, 256, !streaming ? 1000 : pace_us ? 1 : 0);
    for (int i = 0; i < ready; i++) {
      int fd = events[i].data.fd;
      if (fd == ear) {
        int new = accept4(ear, NULL, NULL, SOCK_NONBLOCK);
        if (new < 0) continue;
        if (new >= MOST) { close(new); continue; }
        setsockopt(new, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        struct line *line = &lines[new];
        if (!line->data) line->data = malloc(ROOM + 1);
        line->fd = new;
        line->used = line->left = 0;
        event.events = EPOLLIN;
        event.data.fd = new;
        epoll_ctl(poll, EPOLL_CTL_ADD, new, &event);
        continue;
      }
      struct line *line = &lines[fd];
      ssize_t came = read(fd, line->data + line->used, ROOM - line->used);
      if (came <= 0) { if (came == 0 || errno != EAGAIN) end(line); continue; }
      line->used += (int)came;
      answer(line);
    }
    if (streaming) {
      long long now = now_us();
      for (int fd = 0; fd < MOST; fd++)
        if (lines[fd].left && lines[fd].due <= now) more(&lines[fd]);
      sched_yield();
    }
  }
}
