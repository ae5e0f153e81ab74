//! What has to be settled for the whole process while it has one thread: the first call of every `main`.

/// Freed memory at the end of an allocator's heap goes back to the system above so many bytes. Setting it also keeps
/// `mmap` in use for all large blocks, which glibc otherwise gives up as soon as one was freed.
#[cfg(target_env = "gnu")]
const KEPT_BYTES: libc::c_int = 256 * 1024;
/// Heaps that threads share. Without a limit each of many threads comes to hold the memory of its largest step.
#[cfg(target_env = "gnu")]
const HEAPS: libc::c_int = 2;

/// Settles it. Has to be called before a second thread is started.
pub fn begin() {
    forbid_telemetry();
    return_memory();
}

/// ONNX Runtime keeps a database of its use in the user's cache folder, and sends it to its maker, unless it finds this
/// variable when it is loaded.
#[expect(unsafe_code, reason = "a variable can only be set for a library of this process by changing its environment")]
fn forbid_telemetry() {
    // SAFETY: the process has one thread until `begin` has returned, so nobody reads the environment meanwhile.
    unsafe { std::env::set_var("ORT_DISABLE_TELEMETRY", "1") };
}

/// Pictures and spectra are large and short-lived. With these settings a film of forty scenes needs no more memory than
/// one of five; without, half as much again.
#[cfg(target_env = "gnu")]
#[expect(unsafe_code, reason = "the C library's allocator can be told in no other way once the process has begun")]
fn return_memory() {
    // SAFETY: `mallopt` may be called at any time; both parameters are documented in mallopt(3).
    unsafe {
        libc::mallopt(libc::M_TRIM_THRESHOLD, KEPT_BYTES);
        libc::mallopt(libc::M_ARENA_MAX, HEAPS);
    }
}

#[cfg(not(target_env = "gnu"))]
fn return_memory() {}
