// The CPU allocator: one region of address space per process, best fit, neighbours joined when freed, and the pages kept.
// glibc gives blocks above 32 MB back to the kernel at every free; a training step then spends half its time in page faults.
#include "engine.h"

#include <c10/core/CPUAllocator.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <map>
#include <set>

namespace engine {

namespace {

// Before the data, so that oneDNN's scratch memory (raw_allocate) can be freed by the data's address alone.
struct alignas(64) Header {
  size_t size;  // of the whole block
  bool inRegion;
};

constexpr size_t kHeader = sizeof(Header);
constexpr size_t kPage = 4096;
// Smaller blocks come from malloc, which keeps them anyway.
constexpr size_t kSmallest = 128 * 1024;

size_t roundUp(size_t size, size_t to) { return (size + to - 1) / to * to; }

class Regions {
 public:
  char* take(size_t size) {
    std::lock_guard<std::mutex> lock(mutex_);
    auto best = bySize_.lower_bound({size, nullptr});
    if (best == bySize_.end()) {
      reserve(size);
      best = bySize_.lower_bound({size, nullptr});
      if (best == bySize_.end()) return nullptr;
    }
    const auto [blockSize, block] = *best;
    erase(block, blockSize);
    if (blockSize > size) insert(block + size, blockSize - size);
    inUse_ += size;
    peak_ = std::max(peak_, inUse_);
    released_ -= std::min(released_, size);
    auto region = std::prev(regions_.upper_bound(block));
    const size_t end = static_cast<size_t>(block - region->first) + size;
    if (end > region->second.touched) {
      touched_ += end - region->second.touched;
      region->second.touched = end;
    }
    return block;
  }

  void give(char* block, size_t size) {
    std::lock_guard<std::mutex> lock(mutex_);
    inUse_ -= size;
    auto next = byAddress_.lower_bound(block);
    // Regions may lie side by side; blocks never join across them.
    if (next != byAddress_.end() && next->first == block + size && !regions_.count(next->first)) {
      const size_t nextSize = next->second;
      erase(block + size, nextSize);
      size += nextSize;
    }
    auto previous = byAddress_.lower_bound(block);
    if (previous != byAddress_.begin()) {
      --previous;
      if (previous->first + previous->second == block && !regions_.count(block)) {
        const auto [start, length] = *previous;
        erase(start, length);
        block = start;
        size += length;
      }
    }
    insert(block, size);
  }

  void releasePages() {
    std::lock_guard<std::mutex> lock(mutex_);
    released_ = 0;
    for (const auto& [block, size] : byAddress_) {
      auto region = std::prev(regions_.upper_bound(block));
      const size_t start = static_cast<size_t>(block - region->first);
      if (start >= region->second.touched) continue;
      const size_t resident = std::min(size, region->second.touched - start);
      madvise(block, resident, MADV_DONTNEED);
      if (start + size == region->second.size) {
        touched_ -= region->second.touched - start;
        region->second.touched = start;
      } else {
        released_ += resident;
      }
    }
  }

  AllocatorReport report() {
    std::lock_guard<std::mutex> lock(mutex_);
    return {inUse_, touched_ - inUse_ - std::min(released_, touched_ - inUse_), peak_};
  }

  void resetPeak() {
    std::lock_guard<std::mutex> lock(mutex_);
    peak_ = inUse_;
  }

 private:
  struct Region {
    size_t size;
    // Up to here pages were ever used.
    size_t touched;
  };

  // Address space as large as the machine's memory if it can be had: pages cost nothing until they are written.
  void reserve(size_t size) {
    const size_t memory = static_cast<size_t>(sysconf(_SC_PHYS_PAGES)) * static_cast<size_t>(sysconf(_SC_PAGESIZE));
    for (size_t length = roundUp(std::max(memory, size), kPage); length >= size; length = roundUp(length / 2, kPage)) {
      void* start = mmap(nullptr, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
      if (start == MAP_FAILED) continue;
#ifdef MADV_HUGEPAGE
      madvise(start, length, MADV_HUGEPAGE);
#endif
      regions_[static_cast<char*>(start)] = {length, 0};
      insert(static_cast<char*>(start), length);
      return;
    }
  }

  void insert(char* block, size_t size) {
    byAddress_.emplace(block, size);
    bySize_.emplace(size, block);
  }

  void erase(char* block, size_t size) {
    byAddress_.erase(block);
    bySize_.erase({size, block});
  }

  std::mutex mutex_;
  std::map<char*, Region> regions_;
  std::map<char*, size_t> byAddress_;
  std::set<std::pair<size_t, char*>> bySize_;
  size_t inUse_ = 0;
  size_t touched_ = 0;
  // Bytes of holes whose pages were given back.
  size_t released_ = 0;
  size_t peak_ = 0;
};

// Never destroyed: tensors may outlive everything else.
Regions& regions() {
  static auto* instance = new Regions();
  return *instance;
}

void freeBlock(void* data) {
  if (!data) return;
  auto* header = reinterpret_cast<Header*>(static_cast<char*>(data) - kHeader);
  if (header->inRegion) {
    regions().give(reinterpret_cast<char*>(header), header->size);
  } else {
    std::free(header);
  }
}

c10::DataPtr allocateBlock(size_t size) {
  if (size == 0) return {nullptr, nullptr, &freeBlock, c10::Device(c10::kCPU)};
  TORCH_CHECK(size < (size_t{1} << 62), "not enough memory: tried to allocate ", size, " bytes");
  void* block = nullptr;
  const bool inRegion = size >= kSmallest;
  const size_t whole = inRegion ? roundUp(size + kHeader, kPage) : size + kHeader;
  if (inRegion) {
    block = regions().take(whole);
  } else if (posix_memalign(&block, kHeader, whole) != 0) {
    block = nullptr;
  }
  TORCH_CHECK(block, "not enough memory: tried to allocate ", size, " bytes");
  new (block) Header{whole, inRegion};
  void* data = static_cast<char*>(block) + kHeader;
  return {data, data, &freeBlock, c10::Device(c10::kCPU)};
}

// libtorch 2 dropped a const and added copy_data; what a version lacks is here without use.
struct RegionAllocator final : c10::Allocator {
  c10::DataPtr allocate(size_t size) const { return allocateBlock(size); }
  c10::DataPtr allocate(size_t size) { return allocateBlock(size); }
  void copy_data(void* target, const void* source, size_t size) const { std::memcpy(target, source, size); }
  c10::DeleterFnPtr raw_deleter() const override { return &freeBlock; }
};

}  // namespace

void installAllocator() {
  // For measuring what it gains: libtorch's own allocator on the system's malloc. memory() then knows no bytes.
  const char* choice = std::getenv("INSIGHTFACE_TORCH_ALLOCATOR");
  if (choice && std::strcmp(choice, "system") == 0) return;
  static std::once_flag once;
  std::call_once(once, [] { c10::SetCPUAllocator(new RegionAllocator(), 1); });
}

AllocatorReport allocatorReport() { return regions().report(); }
void emptyAllocatorCache() { regions().releasePages(); }
void resetAllocatorPeak() { regions().resetPeak(); }

}  // namespace engine
