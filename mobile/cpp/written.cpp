// Reading what JavaScript wrote.

#include "written.h"

#include <algorithm>
#include <cstring>

namespace sidekick {

void Written::read(std::size_t count, Texts& texts) const {
  const std::uint8_t* text = bytes_ + PLACES * sizeof(std::int32_t);
  for (std::size_t place = 0; place < count; ++place, text += ROOM) {
    std::int32_t length;
    std::memcpy(&length, bytes_ + place * sizeof length, sizeof length);
    // Whatever stands there, nothing outside of the text's place is read.
    texts[place] = length < 0 ? SidekickText{nullptr, 0} : SidekickText{text, std::min(static_cast<std::size_t>(length), ROOM)};
  }
}

}  // namespace sidekick
