// The digest is a future: by the time an answer is compared with it, it has long been there.

#include "FaceBridgeCore/Photo.h"

#include "FaceBridgeCore/Sha256.h"

#include <algorithm>
#include <future>
#include <numeric>
#include <utility>

namespace facebridge {

struct Photo::Data {
    Data(Bytes all, std::vector<std::size_t> each)
        : bytes(std::move(all)), sizes(std::move(each)) {
        for (const std::size_t size : sizes) {
            if (sizes.size() > 1) {
                lengths.push_back(static_cast<std::int64_t>(size));
            }
        }
        // Where no thread can be had, it is computed when it is asked for.
        digest = std::async(std::launch::async | std::launch::deferred, [this] { return sha256(bytes.data(), bytes.size()); });
    }

    Bytes bytes;
    std::vector<std::size_t> sizes;
    std::vector<std::int64_t> lengths;
    std::shared_future<std::string> digest;  // the last member: its thread ends before the bytes do
};

Photo::Photo(Bytes file) {
    std::vector<std::size_t> sizes{file.size()};
    data_ = std::make_shared<const Data>(std::move(file), std::move(sizes));
}

Photo::Photo(const Photos& files) {
    std::vector<std::size_t> sizes;
    std::size_t size = 0;
    for (const Bytes& file : files) {
        sizes.push_back(file.size());
        size += file.size();
    }
    Bytes all;
    all.reserve(size);
    for (const Bytes& file : files) {
        all.insert(all.end(), file.begin(), file.end());
    }
    data_ = std::make_shared<const Data>(std::move(all), std::move(sizes));
}

const Bytes& Photo::bytes() const {
    static const Bytes none;
    return data_ == nullptr ? none : data_->bytes;
}

const std::vector<std::int64_t>& Photo::lengths() const {
    static const std::vector<std::int64_t> none;
    return data_ == nullptr ? none : data_->lengths;
}

const std::string& Photo::digest() const {
    static const std::string none;
    return data_ == nullptr ? none : data_->digest.get();
}

std::size_t Photo::count() const { return data_ == nullptr ? 0 : data_->sizes.size(); }

bool Photo::has_empty() const {
    return data_ != nullptr && std::find(data_->sizes.begin(), data_->sizes.end(), 0u) != data_->sizes.end();
}

Photo Photo::part(std::size_t number) const {
    if (count() < 2 || number >= count()) {
        return *this;
    }
    const auto from = data_->bytes.begin() +
                      std::accumulate(data_->lengths.begin(), data_->lengths.begin() + static_cast<std::ptrdiff_t>(number),
                                      std::ptrdiff_t{0});
    return Photo(Bytes(from, from + static_cast<std::ptrdiff_t>(data_->sizes[number])));
}

}  // namespace facebridge
