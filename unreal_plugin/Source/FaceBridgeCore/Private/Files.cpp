// Files through std::filesystem, whose paths hold what a system's own file names are made of.

#include "FaceBridgeCore/Files.h"

#include <cstdint>
#include <exception>
#include <filesystem>
#include <fstream>
#include <system_error>

namespace facebridge {
namespace {

std::filesystem::path path_of(const std::string& utf8) {
#ifdef __cpp_char8_t
    return std::filesystem::path(std::u8string(utf8.begin(), utf8.end()));
#else
    return std::filesystem::u8path(utf8);
#endif
}

}  // namespace

bool read_file(const std::string& path, std::size_t most, Bytes& bytes, std::string& problem) {
    try {
        std::error_code error;
        const std::filesystem::path where = path_of(path);
        const std::uintmax_t size = std::filesystem::file_size(where, error);
        std::ifstream file(where, std::ios::binary);
        if (error || !file) {
            problem = "Cannot read " + path + "; choose a file that is there and may be read.";
            return false;
        }
        if (size > most) {
            problem = path + " has " + std::to_string(size) + " bytes, at most " + std::to_string(most) + " are read.";
            return false;
        }
        bytes.resize(static_cast<std::size_t>(size));
        file.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
        bytes.resize(static_cast<std::size_t>(file.gcount()));
        return true;
    } catch (const std::exception& error) {
        problem = "Cannot read " + path + ": " + error.what() + ".";
        return false;
    }
}

bool write_file(const std::string& path, const Bytes& bytes, std::string& problem) {
    try {
        std::error_code error;
        const std::filesystem::path where = path_of(path);
        const std::filesystem::path half = path_of(path + ".part");
        std::ofstream file(half, std::ios::binary);
        file.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
        file.close();
        if (file) {
            std::filesystem::rename(half, where, error);
        }
        if (file && !error) {
            return true;
        }
        std::filesystem::remove(half, error);
        problem = "Cannot write " + path + "; choose a folder that is there and may be written to.";
        return false;
    } catch (const std::exception& error) {
        problem = "Cannot write " + path + ": " + error.what() + ".";
        return false;
    }
}

bool is_open_to_others(const std::string& path) {
#ifdef _WIN32
    static_cast<void>(path);
    return false;
#else
    try {
        std::error_code error;
        const std::filesystem::perms perms = std::filesystem::status(path_of(path), error).permissions();
        const auto others = std::filesystem::perms::group_all | std::filesystem::perms::others_all;
        return !error && (perms & others) != std::filesystem::perms::none;
    } catch (const std::exception&) {
        return false;  // reading it says why
    }
#endif
}

std::string file_name(const std::string& path) {
#ifdef _WIN32
    const std::size_t slash = path.find_last_of("/\\");
#else
    const std::size_t slash = path.rfind('/');
#endif
    return slash == std::string::npos ? path : path.substr(slash + 1);
}

}  // namespace facebridge
