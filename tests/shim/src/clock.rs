//! A wrong clock. `FILE` holds two numbers (i64, this machine's byte order): by how many nanoseconds the wall clock is
//! ahead, and how many nanoseconds per second all clocks run too fast. A test may write them at any time.
//!
//! Only the wall clock jumps: the monotonic clock of a kernel never does, whatever an operator or NTP sets. Both drift.

use std::{
    ffi::CStr,
    ptr,
    sync::atomic::{AtomicI64, AtomicUsize, Ordering},
};

use libc::{c_int, c_void, clockid_t, time_t, timespec, timeval};

const VARIABLE: &CStr = c"HANSE_SHIM_CLOCK";
const NANOS: i64 = 1_000_000_000;

/// The page of `FILE`: 0 not looked for yet, 1 there is none.
static PAGE: AtomicUsize = AtomicUsize::new(0);
/// The monotonic clock when it was found: drift counts from then.
static START: AtomicI64 = AtomicI64::new(0);

/// What the file says.
#[repr(C)]
struct Page {
    ahead: AtomicI64,
    drift: AtomicI64,
}

/// As in libc.
///
/// # Safety
/// As in libc.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clock_gettime(clock: clockid_t, out: *mut timespec) -> c_int {
    // SAFETY: the caller vouches for `out`, and this is the call it asked for.
    let result = unsafe { libc::syscall(libc::SYS_clock_gettime, clock, out) };
    let shift = if result == 0 { shift(clock) } else { 0 };
    if shift != 0 {
        // SAFETY: the kernel has just written there.
        unsafe { *out = later(*out, shift) };
    }
    result as c_int
}

/// As in libc.
///
/// # Safety
/// As in libc.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gettimeofday(out: *mut timeval, _zone: *mut c_void) -> c_int {
    let now = wall();
    if !out.is_null() {
        // SAFETY: the caller vouches for what is not null.
        unsafe { *out = timeval { tv_sec: now.tv_sec, tv_usec: now.tv_nsec / 1000 } };
    }
    0
}

/// As in libc.
///
/// # Safety
/// As in libc.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn time(out: *mut time_t) -> time_t {
    let now = wall();
    if !out.is_null() {
        // SAFETY: the caller vouches for what is not null.
        unsafe { *out = now.tv_sec };
    }
    now.tv_sec
}

/// As in libc. The kernel knows the right time only: a deadline that was made of the wrong one is set right, or a
/// thread would wait for years or not at all, which no wrong clock does to a real machine.
///
/// # Safety
/// As in libc.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pthread_cond_timedwait(
    condition: *mut libc::pthread_cond_t,
    mutex: *mut libc::pthread_mutex_t,
    deadline: *const timespec,
) -> c_int {
    type Wait =
        unsafe extern "C" fn(*mut libc::pthread_cond_t, *mut libc::pthread_mutex_t, *const timespec) -> c_int;
    static REAL: AtomicUsize = AtomicUsize::new(0);
    let mut real = REAL.load(Ordering::Relaxed);
    if real == 0 {
        // SAFETY: names that end with 0. The version matters: the oldest has another layout.
        real = unsafe {
            let versioned =
                libc::dlvsym(libc::RTLD_NEXT, c"pthread_cond_timedwait".as_ptr(), c"GLIBC_2.3.2".as_ptr());
            let found = if versioned.is_null() {
                libc::dlsym(libc::RTLD_NEXT, c"pthread_cond_timedwait".as_ptr())
            } else {
                versioned
            };
            found as usize
        };
        REAL.store(real, Ordering::Relaxed);
    }
    // SAFETY: libc has the function; the caller vouches for the arguments.
    unsafe {
        let real: Wait = std::mem::transmute(real);
        // A condition may use either clock: no machine is up for thirty years.
        let clock = if (*deadline).tv_sec > NANOS { libc::CLOCK_REALTIME } else { libc::CLOCK_MONOTONIC };
        let right = later(*deadline, -shift(clock));
        real(condition, mutex, &right)
    }
}

fn wall() -> timespec {
    let mut now = timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: a place of our own.
    unsafe { clock_gettime(libc::CLOCK_REALTIME, &mut now) };
    now
}

/// By how much this clock is ahead now.
fn shift(clock: clockid_t) -> i64 {
    let wall = matches!(clock, libc::CLOCK_REALTIME | libc::CLOCK_REALTIME_COARSE);
    let monotonic = matches!(
        clock,
        libc::CLOCK_MONOTONIC
            | libc::CLOCK_MONOTONIC_COARSE
            | libc::CLOCK_MONOTONIC_RAW
            | libc::CLOCK_BOOTTIME
    );
    let Some(page) = page().filter(|_| wall || monotonic) else { return 0 };
    let drift = page.drift.load(Ordering::Relaxed);
    let passed = if drift == 0 { 0 } else { uptime() - START.load(Ordering::Relaxed) };
    let drifted = i128::from(passed) * i128::from(drift) / i128::from(NANOS);
    let ahead = if wall { page.ahead.load(Ordering::Relaxed) } else { 0 };
    ahead.saturating_add(i64::try_from(drifted).unwrap_or(0))
}

fn page() -> Option<&'static Page> {
    match PAGE.load(Ordering::Acquire) {
        0 => {
            // The allocator asks for the time, too: nothing in here may allocate or take a lock. Two threads may both
            // come here; then both maps are of one file.
            let found = map();
            START.store(uptime(), Ordering::Relaxed);
            PAGE.store(found.map_or(1, |page| ptr::from_ref(page) as usize), Ordering::Release);
            found
        }
        1 => None,
        // SAFETY: only `map` makes other values, and what it mapped stays.
        page => Some(unsafe { &*(page as *const Page) }),
    }
}

fn map() -> Option<&'static Page> {
    // SAFETY: C strings that end with 0; a shared map of a whole page of an own descriptor, aligned for `Page`.
    unsafe {
        let path = libc::getenv(VARIABLE.as_ptr());
        if path.is_null() {
            return None;
        }
        let file = libc::open(path, libc::O_RDONLY | libc::O_CLOEXEC);
        if file < 0 {
            return None;
        }
        let page = libc::mmap(ptr::null_mut(), size_of::<Page>(), libc::PROT_READ, libc::MAP_SHARED, file, 0);
        libc::close(file);
        if page == libc::MAP_FAILED { None } else { Some(&*page.cast::<Page>()) }
    }
}

fn uptime() -> i64 {
    let mut now = timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: a place of our own.
    unsafe { libc::syscall(libc::SYS_clock_gettime, libc::CLOCK_MONOTONIC, &mut now) };
    now.tv_sec.saturating_mul(NANOS).saturating_add(now.tv_nsec)
}

fn later(time: timespec, nanos: i64) -> timespec {
    let all = i128::from(time.tv_sec) * i128::from(NANOS) + i128::from(time.tv_nsec) + i128::from(nanos);
    let all = all.max(0);
    let part = |value: i128| i64::try_from(value).unwrap_or(i64::MAX);
    timespec { tv_sec: part(all / i128::from(NANOS)), tv_nsec: part(all % i128::from(NANOS)) }
}
